import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attributes } from './attributes.ts'
import { checkCondition, compileCondition } from './condition.ts'

const REQUEST: Attributes = {
  model: 'gpt-4o-mini',
  endpoint: 'chat',
  stream: true,
  has_tools: false,
  has_images: false,
  prompt_tokens_estimate: 1200,
  metadata: {},
  key: { id: 'demo', tags: ['beta', 'eu'], tenant: 'acme' },
  headers: { 'x-tier': 'gold' },
  device: { type: 'mobile', os: 'ios', browser: undefined },
  region: undefined,
  now: { hour: 9, weekday: 'monday' },
  unit: { kind: 'user', id: 'u-1' },
}

function evaluate(source: string, given: Partial<Attributes> = {}) {
  return compileCondition(source).evaluate({ ...REQUEST, ...given })
}

function evaluateOn(source: string, metadata: Record<string, unknown>) {
  return evaluate(source, { metadata })
}

const TRUE = { kind: 'true' }
const FALSE = { kind: 'false' }
const missing = (key: string) => ({ kind: 'missing', key })

describe('a condition over built-in attributes', () => {
  it.each([
    ['model == "gpt-4o-mini"', TRUE],
    ['model.startsWith("gpt") && model.endsWith("mini") && model.contains("4o")', TRUE],
    ['model.matches("^gpt-[0-9]")', TRUE],
    ['matches(model, "^claude")', FALSE],
    ['stream', TRUE],
    ['!stream || has_tools', FALSE],
    ['stream == true', TRUE],
    ['"beta" in key.tags', TRUE],
    ['key.tags.exists(tag, tag.startsWith("e"))', TRUE],
    ['size(key.tags) == 2', TRUE],
    ['key["tenant"] == "acme"', TRUE],
    ['headers["x-tier"] == "gold"', TRUE],
    ['"x-other" in headers', FALSE],
    ['device.type == "mobile" && device.os in ["ios", "android"]', TRUE],
    ['now.hour >= 9 && now.hour < 17', TRUE],
    ['now.weekday in ["saturday", "sunday"]', FALSE],
    ['unit.kind == "user" ? unit.id != "" : false', TRUE],
    ['"tier" in metadata', FALSE],
    ['endpoint in ["chat", "responses", "a", "b", "c", "d", "e", "f", "g"]', TRUE],
  ])('%s', (source, outcome) => {
    expect(evaluate(source)).toEqual(outcome)
  })

  it.each([
    ['region == "eu"', missing('region')],
    ['device.browser == "safari"', missing('device.browser')],
    ['headers["x-none"] == "1"', missing('headers["x-none"]')],
    ['has(device.browser)', FALSE],
    ['has(key.tenant)', TRUE],
  ])('says which attribute is not known: %s', (source, outcome) => {
    expect(evaluate(source)).toEqual(outcome)
  })

  it('reads only what it needs', () => {
    const read: string[] = []
    const attributes = new Proxy(REQUEST, {
      get: (target, name: keyof Attributes) => {
        read.push(name)
        return target[name]
      },
    })
    compileCondition('stream || prompt_tokens_estimate > 10 && device.os == "ios"').evaluate(attributes)
    expect(read).toEqual(['stream'])
  })

  it('takes attributes from the getters of a class', () => {
    class Lazy {
      get model() {
        return 'm'
      }
      get key() {
        return new Lazy()
      }
      get tenant() {
        return 'acme'
      }
    }
    const outcome = compileCondition('model == "m" && key.tenant == "acme"').evaluate(new Lazy() as never)
    expect(outcome).toEqual(TRUE)
  })

  it('prefers a built-in attribute to a metadata key of its name', () => {
    expect(evaluateOn('model == "other"', { model: 'other' })).toEqual(FALSE)
    expect(evaluateOn('metadata.model == "other"', { model: 'other' })).toEqual(TRUE)
  })
})

describe('a condition over metadata', () => {
  it.each([
    ['tier == "premium"', { tier: 'premium' }, TRUE],
    ['tier == "premium"', { tier: 'free' }, FALSE],
    ['tier == "premium"', {}, missing('tier')],
    ['tier != "premium"', {}, missing('tier')],
    ['!(tier == "premium")', {}, missing('tier')],
    ['metadata.tier == "premium"', {}, missing('metadata.tier')],
    ['metadata["tier"] == "premium"', {}, missing('metadata["tier"]')],
    ['metadata.user.plan == "pro"', { user: { plan: 'pro' } }, TRUE],
    ['user.plan == "pro"', { user: { plan: 'pro' } }, TRUE],
    ['user.plan == "pro"', { user: {} }, missing('user.plan')],
    ['user.plan == "pro"', {}, missing('user')],
    ['has(metadata.tier)', {}, FALSE],
    ['has(metadata.tier)', { tier: null }, TRUE],
    ['has(user.plan)', { user: { plan: 1 } }, TRUE],
    ['has(metadata.user.plan)', {}, missing('metadata.user')],
    ['has(metadata.tier) && metadata.tier == "a"', {}, FALSE],
    ['tier == null', { tier: null }, TRUE],
    ['beta', { beta: true }, TRUE],
    ['tags[1] == "b"', { tags: ['a', 'b'] }, TRUE],
    ['tags.all(t, t in ["a", "b"])', { tags: ['a', 'b'] }, TRUE],
    ['constructor == "x"', {}, missing('constructor')],
    ['metadata.toString == "x"', {}, missing('metadata.toString')],
    ['metadata["valueOf"] == "x"', { valueOf: 'x' }, TRUE],
    ['"constructor" in metadata', {}, FALSE],
  ])('%s on %j', (source, metadata, outcome) => {
    expect(evaluateOn(source, metadata)).toEqual(outcome)
  })

  it.each([
    ['metadata.n == 5', { n: 5 }, TRUE],
    ['n == 5', { n: 5.5 }, FALSE],
    ['n == 5.0', { n: 5n }, TRUE],
    ['n > 3', { n: 4 }, TRUE],
    ['n > 3', { n: 3.5 }, TRUE],
    ['n >= 3', { n: 3n }, TRUE],
    ['n in [1, 2, 3]', { n: 2 }, TRUE],
    ['2 in n', { n: [1, 2] }, TRUE],
    ['n == -1', { n: -1 }, TRUE],
    ['int(n) % 2 == 0', { n: 4 }, TRUE],
    ['n == "5"', { n: 5 }, FALSE],
    ['n < 9007199254740993', { n: 9007199254740992 }, TRUE],
    ['n == n', { n: Number.NaN }, FALSE],
    ['l == [1, 2.0]', { l: [1, 2] }, TRUE],
    ['m == {"a": 1}', { m: { a: 1 } }, TRUE],
  ])('compares numbers by what they are worth: %s on %o', (source, metadata, outcome) => {
    expect(evaluateOn(source, metadata)).toEqual(outcome)
  })

  it.each([
    ['prompt_tokens_estimate > 1000', 1200, TRUE],
    ['prompt_tokens_estimate > 1000', 1200n, TRUE],
    ['prompt_tokens_estimate == 1200', 1200, TRUE],
    ['prompt_tokens_estimate == 1.2e3', 1200, TRUE],
    ['prompt_tokens_estimate / 1000 == 1', 1200, TRUE],
    ['prompt_tokens_estimate / 1000 == 1', 1200n, TRUE],
    ['prompt_tokens_estimate < limit', 1200, missing('limit')],
  ])('takes an int attribute as number or bigint: %s of %s', (source, value, outcome) => {
    expect(evaluate(source, { prompt_tokens_estimate: value })).toEqual(outcome)
  })

  it.each([
    ['n < 3', { n: 'a' }, 'cannot compare string with double by <'],
    ['n && true', { n: 1 }, 'expected true or false, got double'],
    ['n', { n: 'yes' }, 'expected true or false, got string'],
    ['n ? true : false', { n: 1 }, 'expected true or false, got double'],
    ['n.startsWith("a")', { n: 1 }, 'startsWith takes text, got double and string'],
    ['n.matches("a")', { n: null }, 'matches takes text, got null and string'],
    ['n.a == 1', { n: 'text' }, 'string has no field a'],
    ['n[3] == 1', { n: [1] }, 'no element 3 in a list of 1'],
    ['n["a"] == 1', { n: [1] }, 'list has no field a'],
    ['n.exists(x, x)', { n: 3 }, 'cannot go through the elements of double'],
    ['1 in n', { n: 'a' }, 'cannot look for double in string'],
    ['n + 1 == 2', { n: 1 }, 'no such overload: double + int'],
    ['int(n) == 1', { n: 'x' }, 'int() type error: cannot convert to int'],
    ['9223372036854775807 + int(n) == 1', { n: 1 }, 'integer overflow: 9223372036854775808'],
    ['1 / int(n) == 1', { n: 0 }, 'division by zero'],
  ])('fails, with the reason, on values of the wrong type: %s on %o', (source, metadata, message) => {
    expect(evaluateOn(source, metadata)).toEqual({ kind: 'failed', message })
  })
})

describe('logical operators', () => {
  it.each([
    ['absent == 1 || true', TRUE],
    ['true || absent == 1', TRUE],
    ['absent == 1 && false', FALSE],
    ['false && absent == 1', FALSE],
    ['absent == 1 || false', missing('absent')],
    ['false || absent == 1', missing('absent')],
    ['absent == 1 && true', missing('absent')],
    ['a < 1 || b == 1', missing('a')],
    ['text < 1 || true', TRUE],
    ['[absent, 1].exists(x, x == 1)', missing('absent')],
    ['["a", 1].exists(x, x < 2)', TRUE],
    ['["a", 1].all(x, x > 2)', FALSE],
    ['["a", 1].all(x, x < 2)', { kind: 'failed', message: 'cannot compare string with double by <' }],
  ])('absorb faults as CEL says: %s', (source, outcome) => {
    expect(evaluateOn(source, { text: 'x' })).toEqual(outcome)
  })
})

describe('an outcome', () => {
  it('is the same object at every evaluation that needs no message', () => {
    const condition = compileCondition('tier == "a"')
    const of = (metadata: Record<string, unknown>) => condition.evaluate({ ...REQUEST, metadata })
    expect(of({ tier: 'a' })).toBe(of({ tier: 'a' }))
    expect(of({ tier: 'b' })).toBe(of({ tier: 'b' }))
    expect(of({})).toBe(of({}))
  })
})

describe('macros', () => {
  it.each([
    ['[1, 2, 3].map(x, x * 2) == [2, 4, 6]', TRUE],
    ['[1, 2, 3].map(x, x > 1, x * 2) == [4, 6]', TRUE],
    ['[1, 2, 3].filter(x, x > 1) == [2, 3]', TRUE],
    ['[1, 2, 3].exists_one(x, x > 2)', TRUE],
    ['metadata.exists(k, k == "a")', TRUE],
    ['[[1], [2]].exists(l, l.exists(x, x == 2))', TRUE],
    ['[1, 2].all(x, [1, 2, 3].exists(y, y > x))', TRUE],
    ['[1, 2].exists(x, [3].exists(x, x == 3) && x == 2)', TRUE],
    ['[1, 2].map(a, a)[1] == 2', TRUE],
  ])('%s', (source, outcome) => {
    expect(evaluateOn(source, { a: 1 })).toEqual(outcome)
  })

  it.each([
    ['l.exists(x, x == -1)', { l: Array.from({ length: 20_000 }, (_, n) => n) }],
    ['l.exists(x, l.exists(y, x + y == -1.0))', { l: Array.from({ length: 200 }, (_, n) => n) }],
    ['l.all(x, x in l)', { l: Array.from({ length: 200 }, (_, n) => n) }],
    ['l.all(x, !t.contains(x))', { l: Array.from({ length: 100 }, () => 'x'), t: 'y'.repeat(100_000) }],
    ['l.all(x, !t.matches("a+b"))', { l: Array.from({ length: 100 }, () => 'x'), t: 'y'.repeat(4_000) }],
    ['l.all(x, t.lowerAscii() == t)', { l: Array.from({ length: 100 }, () => 'x'), t: 'y'.repeat(100_000) }],
  ])('cannot be made to run for long by what a client sends: %s', (source, metadata) => {
    expect(evaluateOn(source, metadata)).toEqual({
      kind: 'failed',
      message: 'the condition took more than 10000 steps',
    })
  })

  it('start every evaluation with all their steps', () => {
    const condition = compileCondition('l.all(x, x >= 0)')
    const l = Array.from({ length: 6_000 }, (_, n) => n)
    for (let round = 0; round < 3; round++)
      expect(condition.evaluate({ ...REQUEST, metadata: { l } })).toEqual(TRUE)
  })
})

describe('regular expressions', () => {
  it('take linear time where a backtracking engine takes exponential', () => {
    // 2^100 steps for an engine that backtracks: this test ends or it does not.
    expect(evaluateOn('t.matches("^(a+)+$")', { t: `${'a'.repeat(100)}b` })).toEqual(FALSE)
  })

  it('are not matched with text of any length', () => {
    expect(evaluateOn('t.matches("a")', { t: 'b'.repeat(20_000) })).toEqual({
      kind: 'failed',
      message: 'matches takes text of at most 4096 characters',
    })
  })

  it.each([
    [
      'model.matches("(?=a)b")',
      'the regular expression is not valid RE2: invalid or unsupported Perl syntax: (?=',
    ],
    ['model.matches("(a)\\\\1")', 'the regular expression is not valid RE2: invalid escape sequence: \\1'],
    ['model.matches("[a")', 'the regular expression is not valid RE2: missing closing ]: [a'],
    ['model.matches("(.{100}){20}")', 'the regular expression is not valid RE2: invalid repeat count: {20}'],
    ['model.matches(".{900}.{900}")', 'the regular expression is too large'],
    ['model.matches(tier)', 'matches takes a regular expression in quotes, not a computed one'],
    ['matches(model, tier)', 'matches takes a regular expression in quotes, not a computed one'],
  ])('are refused when saved: %s', (source, message) => {
    expect(checkCondition(source)).toMatchObject({ kind: 'invalid', message })
  })
})

describe('whatever the attributes', () => {
  const conditions = [
    'tier == "a" && n > 3',
    'metadata.user.plan == "pro" || key.tags.exists(t, t == tier)',
    'prompt_tokens_estimate + 1 > 2 && headers["x"] == model',
    'n in tier || n[0] == tier[n] || has(metadata.tier) && has(tier.a)',
    'model.matches("a+") ? now.hour > 3 : metadata == tier',
    'tier == n && device.os.startsWith(tier)',
    'size(tier) > 1 && string(n) == "1" && tier.all(x, n.exists(y, x == y))',
  ].map(text => compileCondition(text))

  it('evaluating never throws', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
    const names = Object.keys(REQUEST)
    const attributes = fc.dictionary(fc.constantFrom(...names), anything)
    const metadata = fc.dictionary(fc.constantFrom('tier', 'n', 'user'), anything)
    fc.assert(
      fc.property(attributes, metadata, (given, data) => {
        for (const condition of conditions) {
          const outcome = condition.evaluate({ ...REQUEST, metadata: data, ...given })
          expect(['true', 'false', 'missing', 'failed']).toContain(outcome.kind)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('a failing getter fails the condition, not the request', () => {
    const attributes = Object.defineProperty({ ...REQUEST }, 'region', {
      get: () => {
        throw new Error('no such database')
      },
    })
    expect(compileCondition('region == "eu"').evaluate(attributes)).toEqual({
      kind: 'failed',
      message: 'no such database',
    })
  })
})
