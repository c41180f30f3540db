import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DIGEST } from '../config/fixtures/demo-config.ts'
import { decide } from './decide.ts'
import type { Decision, Undecided } from './decision.ts'
import { explainDecision } from './explain.ts'
import { activeOf, FREE, type RequestExample, requestOf } from './fixtures/example.ts'
import type { DecideOptions } from './request.ts'

const KEY: DecideOptions = { ...FREE, key: 'k' }

const VARIANTS = [
  { id: 'large', model: 'p/large', weight: 80 },
  { id: 'small', model: 'p/small', weight: 20 },
  { id: 'off', model: 'p/off', weight: 0 },
  { id: 'spare', model: 'a/spare', priority: 1 },
  { id: 'last', model: 'p/last', priority: 2 },
]

/** One key with a routing over an OpenAI provider and an Anthropic one. */
function activeWith(routing: object = {}, sections: object = {}) {
  return activeOf({
    version: 1,
    providers: {
      p: { type: 'openai', base_url: 'http://localhost/v1' },
      a: { type: 'anthropic', base_url: 'http://localhost/v1' },
    },
    models: { 'p/*': {}, 'a/*': {} },
    routers: { r: { default_route: { split: { variants: [{ id: 'best', model: 'p/best' }] } } } },
    keys: [{ id: 'k', digest: `sha256:${DIGEST}`, routing: { variants: VARIANTS, ...routing } }],
    ...sections,
  })
}

const active = activeWith()
const inactive = activeWith({ active: false })

function decided(example: RequestExample, options = KEY, snapshot = active): Decision {
  const result = decide(snapshot, requestOf({ model: 'gpt-4o', ...example }), options)
  if (result.kind !== 'decision') throw new Error(JSON.stringify(result.kind))
  return result
}

const requests = Array.from({ length: 4000 }, (_, index) => `request-${index}`)

describe('a key’s routing', () => {
  test('replaces a plain model name, with all that a split has', () => {
    const decision = decided({ units: { request: 'q-1' } })
    expect(decision).toMatchObject({
      reason: 'key_routing',
      router: null,
      route: { id: 'key.k', sharing: { salt: 'key.k' } },
      bypassed: null,
      unit: { source: 'request', id: 'q-1' },
    })
    expect(decision.bucket).toBeTypeOf('number')
    expect(decision.propensity).toBe({ large: 0.8, small: 0.2 }[decision.variant.id])
    expect(decision.plan.map(variant => variant.id)).toEqual([
      decision.variant.id,
      'spare',
      'last',
      decision.variant.id === 'large' ? 'small' : 'large',
    ])
  })

  test('shares requests in proportion to the weights of priority 0', () => {
    const large = requests.filter(request => decided({ units: { request } }).variant.id === 'large')
    // Binomial with a standard deviation of 25; the ids are fixed, so this cannot flake.
    expect(Math.abs(large.length - 3200)).toBeLessThan(4 * 25)
    const seen = new Set(requests.map(request => decided({ units: { request } }).variant.id))
    expect(seen).toEqual(new Set(['large', 'small']))
  })

  test('draws each request by itself unless it names units', () => {
    const sticky = activeWith({ units: ['user', 'request'] })
    const draws = (snapshot: typeof active) =>
      new Set(
        requests
          .slice(0, 200)
          .map(request => decided({ units: { user: 'ada', request } }, KEY, snapshot).variant.id),
      )
    expect([draws(active).size, draws(sticky).size]).toEqual([2, 1])
  })

  test('moves only units towards what grows, as a router does', () => {
    const next = activeWith({
      variants: [
        { ...VARIANTS[0], weight: 60 },
        { ...VARIANTS[1], weight: 40 },
      ],
    })
    for (const request of requests.slice(0, 500)) {
      const [before, after] = [active, next].map(snapshot => decided({ units: { request } }, KEY, snapshot))
      if (before?.variant.id === 'small') expect(after?.variant.id).toBe('small')
    }
  })

  test('is switched off and on again with the same buckets', () => {
    const on = activeWith({ active: true })
    for (const request of requests.slice(0, 300)) {
      const units = { request }
      expect(decided({ units }, { ...KEY, defaultProvider: 'p' }, inactive).reason).toBe('named')
      expect(decided({ units }, KEY, on).variant.id).toBe(decided({ units }).variant.id)
    }
  })

  test('is nobody else’s', () => {
    expect(decide(active, requestOf({ model: 'gpt-4o' }), { ...FREE, key: 'other' }).kind).toBe(
      'unknown_model',
    )
    expect(decide(active, requestOf({ model: 'gpt-4o' }), FREE).kind).toBe('unknown_model')
  })

  test('keeps a request with the provider that holds its state', () => {
    const decision = decided({ issuer: { kind: 'known', provider: 'a' } })
    expect(decision).toMatchObject({ reason: 'state', state: 'held', router: null, variant: { id: 'spare' } })
    expect(decision.plan.map(variant => variant.id)).toEqual(['spare'])
  })

  test('can be overridden by any of its variants, and by no other', () => {
    const decision = decided({ override: 'off' })
    expect(decision).toMatchObject({
      reason: 'override',
      variant: { id: 'off' },
      bucket: null,
      propensity: 1,
    })
    expect(decide(active, requestOf({ model: 'gpt-4o', override: 'best' }), KEY)).toMatchObject({
      kind: 'unknown_variant',
      route: { id: 'key.k' },
    })
  })
})

describe('the endpoints that a routing splits', () => {
  const served = (sections: object, models: readonly string[]) =>
    activeWith({ variants: models.map(model => ({ model, weight: 1 })) }, sections).routings.get('k')
      ?.endpoints
  const providers = {
    p: { type: 'openai', base_url: 'http://localhost/v1' },
    a: { type: 'anthropic', base_url: 'http://localhost/v1' },
    narrow: { type: 'openai', base_url: 'http://localhost/v1', endpoints: ['embeddings', 'completions'] },
    responses: { type: 'openai', base_url: 'http://localhost/v1', endpoints: ['responses'] },
    library: { type: 'ai-sdk', package: '@ai-sdk/google' },
  }
  const models = {
    'p/*': {},
    'a/*': {},
    'narrow/*': {},
    'responses/*': {},
    'library/*': {},
    'p/declared': { capabilities: { endpoints: ['embeddings', 'chat'] } },
  }

  test.each<[string, readonly string[], readonly string[]]>([
    [
      'all that a provider has, and what can be translated to them',
      ['p/x'],
      ['chat', 'completions', 'embeddings', 'responses', 'messages'],
    ],
    ['all that is translated, for Anthropic’s format', ['a/x'], ['chat', 'responses', 'messages']],
    ['what both can', ['p/x', 'a/x'], ['chat', 'responses', 'messages']],
    ['what a library is called for', ['library/x'], ['chat', 'responses', 'messages']],
    ['what is native, where nothing can be translated', ['narrow/x'], ['completions', 'embeddings']],
    ['what is native, where translations have no way in', ['responses/x'], ['responses']],
    ['nothing, when the models have nothing in common', ['narrow/x', 'a/x'], []],
    ['no embeddings for a model that is known to converse', ['p/gpt-4o'], ['chat', 'responses', 'messages']],
    ['only embeddings for a model that says so', ['p/text-embedding-3-small'], ['embeddings']],
    ['what the config says of the model', ['p/declared'], ['chat', 'embeddings']],
  ])('are %s', (_, list, endpoints) => {
    expect(served({ providers, models, routers: {} }, list)).toEqual(endpoints)
  })

  test('are no others: those go to the named model, and the trace says so', () => {
    const options = { ...KEY, defaultProvider: 'p' }
    const decision = decided({ model: 'text-embedding-3-small', endpoint: 'embeddings' }, options)
    expect(decision).toMatchObject({
      reason: 'named',
      variant: { id: 'p/text-embedding-3-small' },
      bypassed: { cause: 'endpoint' },
    })
    expect(explainDecision(decision).map(step => `${step.stage}: ${step.text}`)).toEqual([
      'routing: the routing key.k does not apply: its models all serve chat, responses, messages, and not this one',
      'model: the request names the model p/text-embedding-3-small; nothing is split',
      'plan: call p/text-embedding-3-small',
    ])
  })
})

test('a trace tells of the routing that decided', () => {
  const steps = explainDecision(decided({ units: { request: 'q' } })).map(
    step => `${step.stage}: ${step.text}`,
  )
  expect(steps).toEqual([
    'routing: the routing key.k replaces the plain model name, revision 7',
    'unit: unit request = "q"',
    expect.stringMatching(/^bucket: murmur3\("key\.k:q"\) falls into bucket \d{1,4} of 0\.\.9999$/),
    expect.stringMatching(/^variant: variant (large|small) \(p\/\w+\), propensity [28]0 %$/),
    expect.stringMatching(/^plan: call p\/\w+, on failure a\/spare, on failure p\/last, on failure p\/\w+$/),
  ])
})

test('a trace tells of the routing that is switched off', () => {
  const steps = (options: DecideOptions) =>
    explainDecision(decide(inactive, requestOf({ model: 'gpt-4o' }), options)).map(step => step.text)
  expect(steps(KEY)).toEqual([
    'the routing key.k is switched off',
    '"gpt-4o" is neither a router nor a model of this gateway',
  ])
  expect(steps({ ...KEY, boundRouter: 'r' }).slice(0, 2)).toEqual([
    'the routing key.k is switched off',
    'router r, revision 7',
  ])
})

describe('precedence', () => {
  const names = {
    router: ['r', 'routers/r', 'weir/r'],
    full: ['p/x', 'a/x'],
    plain: ['gpt-4o', 'x', 'constructor'],
  }
  const anyName = fc
    .constantFrom(...(['router', 'full', 'plain'] as const))
    .chain(kind => fc.constantFrom(...names[kind]).map(model => ({ kind, model })))

  /** Who is to decide, as the guide has it: the router named, the model named in full, the key, the bound router. */
  function whoDecides(kind: keyof typeof names, routing: string, options: DecideOptions): string {
    if (kind === 'router') return 'router r'
    if (kind === 'full') return 'model'
    if (routing === 'applies') return 'routing'
    if (options.boundRouter !== null) return 'router r'
    return options.defaultProvider === null ? 'nobody' : 'model'
  }

  function decider(result: Decision | Undecided): string {
    if (result.kind !== 'decision') return result.kind === 'unknown_model' ? 'nobody' : result.kind
    if (result.router !== null) return `router ${result.router.id}`
    return result.route === null ? 'model' : 'routing'
  }

  test('is the router named, the model named in full, the active routing, the bound router, the default provider', () => {
    const snapshots = { on: active, off: inactive }
    fc.assert(
      fc.property(
        anyName,
        fc.constantFrom('on' as const, 'off' as const),
        fc.constantFrom('chat', 'responses', 'messages', 'embeddings', 'completions', ''),
        fc.constantFrom(null, 'r'),
        fc.constantFrom(null, 'p'),
        fc.constantFrom(null, 'k'),
        ({ kind, model }, state, endpoint, boundRouter, defaultProvider, key) => {
          const options = { key, boundRouter, defaultProvider }
          const applies =
            key === 'k' && state === 'on' && ['chat', 'responses', 'messages'].includes(endpoint)
          const result = decide(snapshots[state], requestOf({ model, endpoint }), options)
          expect(decider(result)).toBe(whoDecides(kind, applies ? 'applies' : 'does not', options))
          const isAsked = kind === 'plain' && key === 'k'
          if ('bypassed' in result) expect(result.bypassed !== null).toBe(isAsked && !applies)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('a disabled model', () => {
  const disabling = activeOf({
    version: 1,
    providers: {
      p: { type: 'openai', base_url: 'http://localhost/v1' },
      q: { type: 'openai', base_url: 'http://localhost/v1' },
    },
    models: { 'p/*': {}, 'p/old': { enabled: false }, 'q/*': { enabled: false }, 'q/on': { enabled: true } },
  })

  test.each([
    ['declared as such', 'p/old', 'model_disabled'],
    ['of a provider whose models all are', 'q/any', 'model_disabled'],
    ['by its plain name', 'old', 'model_disabled'],
    ['not, when only others are', 'p/new', 'decision'],
    ['not, when it is declared itself', 'q/on', 'decision'],
    ['not, when there is no such model', 'z/any', 'unknown_model'],
    ['not, when no model can have the name', 'q/a b', 'unknown_model'],
  ])('is refused %s', (_, model, kind) => {
    expect(decide(disabling, requestOf({ model }), { ...FREE, defaultProvider: 'p' })).toMatchObject({ kind })
  })

  test('is said to be disabled', () => {
    const result = decide(disabling, requestOf({ model: 'p/old' }), FREE)
    expect(explainDecision(result)).toEqual([{ stage: 'model', text: 'the model "p/old" is disabled' }])
  })
})
