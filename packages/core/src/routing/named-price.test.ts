import { describe, expect, test } from 'vitest'
import { activeOf } from './fixtures/example.ts'
import { findNamed } from './resolve-model.ts'

const own = { input: 1, output: 2 }

describe('the price of a model that is called', () => {
  const config = {
    version: 1,
    providers: {
      openai: { preset: 'openai' },
      claude: { preset: 'anthropic' },
      plain: { type: 'openai', base_url: 'http://localhost/v1' },
    },
    models: {
      'openai/*': {},
      'openai/cheap': { name: 'gpt-4o-mini' },
      'openai/free': { name: 'gpt-4o-mini', price: 'none' },
      'claude/*': { price: own },
      'plain/*': {},
    },
  }
  const active = activeOf(config)

  test.each([
    ['a model by the name its provider knows', 'openai/cheap', { input: 0.15 }, 'list'],
    ['a model that opted out', 'openai/free', null, null],
    ['a model that a request names', 'openai/gpt-4.1-nano', { input: 0.1 }, 'list'],
    ['a model that a request names and nobody knows', 'openai/gpt-99', null, null],
    ['a model of a wildcard with its own price', 'claude/claude-haiku-4-5', own, 'config'],
    ['a known name at a service of one’s own', 'plain/gpt-4o', null, null],
  ])('%s', (_, id, price, source) => {
    const named = findNamed(active, id)
    const target = typeof named === 'object' ? named.target : undefined
    if (price === null) expect(target?.price).toBeNull()
    else expect(target?.price).toMatchObject(price)
    expect(target?.priceSource).toBe(source)
  })
})
