import { compile } from '@weir/core/config'
import { type ActiveVariant, activate } from '@weir/core/routing'
import { describe, expect, test } from 'vitest'
import { neededNanoUsd, neededTokens } from './need.ts'

/** The variants of a route, each a model of its own with these settings. */
function plan(...variants: { model?: object; variant?: object }[]): readonly ActiveVariant[] {
  const models = Object.fromEntries(variants.map(({ model }, index) => [`sim/m${index}`, { ...model }]))
  const split = variants.map(({ variant }, index) => ({
    id: `v${index}`,
    model: `sim/m${index}`,
    weight: 1,
    ...variant,
  }))
  const compiled = compile(
    {
      version: 1,
      providers: { sim: { type: 'openai', base_url: 'http://127.0.0.1:1/v1' } },
      models,
      routers: { r: { default_route: { split: { mode: 'proportional', variants: split } } } },
      keys: [],
    },
    {
      revision: 1,
      tables: new Map(),
      digestOfEnv: () => undefined,
      isTimeZone: () => true,
      isPackageInstalled: () => true,
      isEnvSet: () => true,
      hasStoredCredential: () => true,
    },
  )
  if (compiled.kind !== 'compiled') throw new Error(JSON.stringify(compiled))
  return activate(compiled.snapshot).routers.get('r')?.routes[0]?.variants ?? []
}

const price = { input: 1, output: 10 }
const asking = (json: object, input = 100) => ({ json: { ...json }, input, output: 'text' as const })

describe('the money a request may need', () => {
  test.each<[string, object, object, number]>([
    ['is for the answer it allows', { max_tokens: 50 }, {}, 50],
    ['is for the answer it allows, in newer words', { max_completion_tokens: 60 }, {}, 60],
    ['is for the answer it allows, in those of responses', { max_output_tokens: 70 }, {}, 70],
    ['is for the larger of two limits', { max_tokens: 50, max_completion_tokens: 60 }, {}, 60],
    ['is for all the answers it asks for', { max_tokens: 50, n: 3 }, {}, 150],
    ['is for the longest answer of the model, when it allows any', {}, { output: 200 }, 200],
    ['is for 4096 tokens when nobody says anything', {}, {}, 4096],
    ['takes a senseless limit for none', { max_tokens: -1 }, {}, 4096],
  ])('%s', (_, json, capabilities, output) => {
    const variants = plan({ model: { price, capabilities } })
    expect(neededNanoUsd(asking(json), variants)).toBe(100 * 1000 + output * 10_000)
  })

  test('is that of the dearest target', () => {
    const variants = plan({ model: { price } }, { model: { price: { input: 2, output: 30 } } }, {})
    expect(neededNanoUsd(asking({ max_tokens: 10 }), variants)).toBe(100 * 2000 + 10 * 30_000)
  })

  test('is for the limit that a variant sets, and for its system prompt', () => {
    const variant = { parameters: { max_tokens: 500 }, system_prompt: { prepend: 'x'.repeat(40) } }
    const variants = plan({ model: { price }, variant })
    expect(neededNanoUsd(asking({ max_tokens: 10 }), variants)).toBe(110 * 1000 + 500 * 10_000)
  })

  test('is for no more prompt than the model takes', () => {
    const variants = plan({ model: { price, capabilities: { context: 1000 } } })
    expect(neededNanoUsd(asking({ max_tokens: 0 }, 1e6), variants)).toBe(1000 * 1000)
  })

  test('is for the prompt alone when there is no answer in words', () => {
    expect(neededNanoUsd({ ...asking({}), output: 'none' }, plan({ model: { price } }))).toBe(100 * 1000)
  })

  test('is nothing without a price, and never more than can be counted', () => {
    expect(neededNanoUsd(asking({}), plan({}))).toBe(0)
    const absurd = asking({ max_tokens: 2 ** 50, n: 2 ** 50 })
    expect(neededNanoUsd(absurd, plan({ model: { price } }))).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('the tokens a request may need', () => {
  test('are its prompt and the answer it allows', () => {
    expect(neededTokens(asking({ max_tokens: 50 }), plan({}))).toBe(150)
  })

  test('are those of a usual answer, when the model could write a book', () => {
    expect(neededTokens(asking({}), plan({ model: { capabilities: { output: 128_000 } } }))).toBe(100 + 4096)
    expect(neededTokens(asking({}), plan({ model: { capabilities: { output: 300 } } }))).toBe(400)
  })

  test('of a model that the request named itself', () => {
    const named = plan({}).map(variant => ({ ...variant, settings: null }))
    expect(neededTokens(asking({}), named)).toBe(100 + 4096)
  })
})
