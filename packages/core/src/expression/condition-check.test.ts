import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkCondition, compileCondition } from './condition.ts'

describe('the check of a valid condition', () => {
  it.each([
    ['tier == "premium"', ['tier']],
    ['user.plan == "pro" && metadata.x == 1', ['metadata', 'user']],
    ['key.tags.exists(t, t == beta)', ['beta', 'key']],
    ['type(n) == int', ['n']],
    ['[1].exists(n, n == 1) || n == 2', ['n']],
    ['true', []],
  ])('names what it refers to: %s', (source, names) => {
    const check = checkCondition(source)
    expect(check.kind === 'valid' && [...check.attributes].toSorted()).toEqual(names)
    expect([...compileCondition(source).attributes].toSorted()).toEqual(names)
  })

  it.each([
    ['modl == "x"', 'modl is read as a metadata key', 'did you mean model?', 1],
    ['a && steam', 'steam is read as a metadata key', 'did you mean stream?', 6],
    ['beta == True', 'True is read as a metadata key', 'did you mean true?', 9],
    [
      'user-tier == "a"',
      'user-tier is read as a subtraction',
      'for the metadata key write metadata["user-tier"]',
      1,
    ],
    [
      'headers["X-A"] == ""',
      'header names are in lower case, so X-A is never there',
      'write headers["x-a"]',
      1,
    ],
    ['now.weekday == "Monday"', 'now.weekday is never "Monday"', expect.stringContaining('monday'), 1],
  ])('warns of what was hardly meant: %s', (source, message, hint, column) => {
    expect(checkCondition(source)).toMatchObject({
      kind: 'valid',
      warnings: [{ message, hint, line: 1, column }],
    })
  })

  it.each([
    'tier == "a"',
    'plan == "pro" && n - m > 1.0',
    'now.weekday == "monday"',
    'headers["x-a"] == "b"',
  ])('has no warning for %s', source => {
    expect(checkCondition(source)).toMatchObject({ kind: 'valid', warnings: [] })
  })
})

describe('the check of an invalid condition', () => {
  it.each([
    ['tier = "a"', 6, 'unexpected =', 'to compare write =='],
    ['tier === "a"', 8, 'unexpected =', 'to compare write =='],
    ['a & b', 3, 'unexpected &', 'write && for "and"'],
    ['a | b', 3, 'unexpected |', 'write || for "or"'],
    ['a and b', 3, 'unexpected and', 'write && for "and"'],
    ['a or b', 3, 'unexpected or', 'write || for "or"'],
    ['not a', 5, 'unexpected a', 'write ! for "not"'],
    ['a not in b', 3, 'unexpected not', 'write !(a in b) for "not in"'],
    ['a <> b', 4, 'unexpected >', 'write != for "not equal"'],
    ['model contains "x"', 7, 'unexpected contains', 'write it as a method: model.contains("gpt")'],
    ['a == “x”', 6, 'unexpected “', 'write straight quotes'],
    ['a == "x', 6, 'the quotes of a text are not closed', undefined],
    ['(a', 3, 'the condition ends too early', 'a parenthesis is not closed'],
    ['a == ', 6, 'the condition ends too early', undefined],
    ['', 1, 'the condition is empty', undefined],
    ['package == "x"', 1, 'package is a reserved word of CEL', 'for the metadata key write metadata.package'],
  ])('points at the syntax error: %s', (source, column, message, hint) => {
    const check = checkCondition(source)
    expect(check).toMatchObject({ kind: 'invalid', line: 1, column, message })
    expect(check.kind === 'invalid' && check.hint).toBe(hint)
  })

  it.each([
    ['stream == "true"', 1, '== cannot compare stream (true or false) and text', 'write stream or !stream'],
    ['a && stream > 3', 6, '> cannot compare stream (true or false) and a number', 'write stream or !stream'],
    [
      'prompt_tokens_estimate > "9"',
      1,
      '> cannot compare prompt_tokens_estimate (a number) and text',
      'write the number without quotes',
    ],
    ['model == 4', 1, '== cannot compare model (text) and a number', 'write the text in quotes'],
    [
      'now.hour == "9"',
      1,
      '== cannot compare now.hour (a number) and text',
      'write the number without quotes',
    ],
    ['key.tags == "a"', 1, '== cannot compare key.tags (a list<string>) and text', 'write "a" in key.tags'],
    ['"gpt" in model', 1, 'in does not take text and model (text)', 'write model.contains("gpt")'],
    ['key == "demo"', 1, '== cannot compare key (a record) and text', undefined],
    ['key.name == "demo"', 5, 'key has no field name', 'it has id, tags, tenant'],
    ['type == "chat"', 1, 'type is a type in CEL', 'for the metadata key write metadata.type'],
    ['has(tier)', 5, 'has() takes a field', 'write has(metadata.tier)'],
    ['has(headers["x-a"])', 5, 'has() takes a field', 'write "x-a" in headers'],
    ['a && b && model', 11, '&& takes true or false, not model (text)', undefined],
    ['!model', 1, '! takes true or false, not model (text)', undefined],
    ['model.startswith("a")', 7, 'there is no function startswith', 'did you mean startsWith?'],
    ['model.startsWith(5)', 7, 'startsWith cannot be called with (a number) on model (text)', undefined],
    ['lower(model) == "a"', 1, 'there is no function lower', undefined],
    ['"text"', 1, 'a condition is true or false, this is text', undefined],
    ['size(model)', 1, 'a condition is true or false, this is a number', undefined],
    ['cel.bind(x, 1, x == 1)', 1, 'cel.bind is not available in conditions', undefined],
  ])('points at the type error: %s', (source, column, message, hint) => {
    const check = checkCondition(source)
    expect(check).toMatchObject({ kind: 'invalid', line: 1, column, message })
    expect(check.kind === 'invalid' && check.hint).toBe(hint)
  })

  it('counts lines and columns from 1', () => {
    const source = 'tier == "a" &&\n  stream == 1'
    expect(checkCondition(source)).toMatchObject({ kind: 'invalid', line: 2, column: 3 })
  })

  it.each([
    ['long source', `a == "${'x'.repeat(20_000)}"`, /longer than 16384 characters/],
    ['many parts', Array.from({ length: 2_500 }, () => 'a').join('&&'), /more than 4096 parts/],
    ['long lists', `a in [${'1,'.repeat(1_001)}1]`, /more than 1000 elements/],
    ['deep nesting', `${'('.repeat(200)}a${')'.repeat(200)}`, /nested more than 64 deep/],
    ['deep negation', `${'!'.repeat(16_000)}a`, /nested too deep|more than 4096 parts/],
    ['nested macros', 'a.all(x, a.all(y, a.all(z, true)))', /nested 2 deep/],
  ])('bounds the cost: %s', (_name, source, message) => {
    const check = checkCondition(source)
    expect(check.kind === 'invalid' && check.message).toMatch(message)
  })

  it('is what makes compiling throw, and nothing else', () => {
    expect(() => compileCondition('a =')).toThrow('invalid condition: unexpected =')
  })
})

/** Text that is more often than not close to a condition. */
const FRAGMENTS =
  'tier model stream metadata . == != < && || ! ( ) [ ] { } "a" \' 1 2.5 1u in has exists x , : ? - null matches \\ \n'
const fragment = fc.constantFrom(' ', '\n', ...FRAGMENTS.split(' '))
const source = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fragment, { maxLength: 20 }).map(parts => parts.join('')),
  fc.array(fragment, { maxLength: 20 }).map(parts => parts.join(' ')),
)

describe('whatever the source', () => {
  it('checking never throws, and places what it finds within the source', () => {
    fc.assert(
      fc.property(source, text => {
        const check = checkCondition(text)
        const found = check.kind === 'invalid' ? [check] : check.warnings
        const lines = text.split('\n')
        for (const { line, column, message } of found) {
          expect(message).not.toBe('')
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('compiling throws exactly where the check finds it invalid', () => {
    fc.assert(
      fc.property(source, text => {
        let compiled = true
        try {
          compileCondition(text)
        } catch {
          compiled = false
        }
        expect(compiled).toBe(checkCondition(text).kind === 'valid')
      }),
      { numRuns: 1_000 },
    )
  })
})
