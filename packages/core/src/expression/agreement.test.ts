// Our closures against the library's own evaluator, on generated expressions and values. Left out is what the library
// gets wrong or CEL leaves open: uints, numeric keys of plain objects, has() of what is no map.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { bareEnvironment } from './environment.ts'
import { evaluateExpression } from './evaluate-expression.ts'
import { isEqual, typeName } from './value.ts'

const name = fc.constantFrom('a', 'b', 'c', 'd', 'absent')
const LITERALS =
  '0 1 2 -1 3.5 1.0 "p" "pq" "" true false null [] {} ["p","q"] [1,2.0,3] {"k":1} {"k":{"m":"p"}} 9007199254740993'
const literal = fc.constantFrom(...LITERALS.split(' '))
const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
const arithmetic = fc.constantFrom('+', '-', '*', '/', '%')
const macro = fc.constantFrom('all', 'exists', 'exists_one', 'filter', 'map')

const { expression } = fc.letrec<{ expression: string; leaf: string; test: string; value: string }>(tie => ({
  leaf: fc.oneof(name, literal),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    tie('leaf'),
    fc
      .tuple(tie('value'), arithmetic, tie('value'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc.tuple(name, fc.constantFrom('.k', '.m', '.k.m', '["k"]', '[0]', '[1]')).map(([of, path]) => of + path),
    fc.tuple(tie('value'), tie('value')).map(([of, index]) => `${of}[${index}]`),
    fc.tuple(tie('test'), tie('value'), tie('value')).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
    fc.tuple(tie('value'), tie('value')).map(items => `[${items.join(', ')}]`),
    tie('value').map(value => `size(${value})`),
    tie('test'),
  ),
  test: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    name,
    fc
      .tuple(tie('value'), comparison, tie('value'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc.tuple(tie('leaf'), tie('value')).map(([left, right]) => `(${left} in ${right})`),
    fc.tuple(tie('test'), fc.constantFrom('&&', '||'), tie('test')).map(parts => `(${parts.join(' ')})`),
    tie('test').map(test => `!${test}`),
    fc
      .tuple(tie('value'), fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('value'))
      .map(([text, method, part]) => `${text}.${method}(${part})`),
    fc
      .tuple(tie('value'), macro, tie('test'))
      .map(([list, method, test]) => `${list}.${method}(x, x == 1 || ${test})`),
    fc.tuple(name, macro, comparison, tie('leaf')).map(([list, method, operator, right]) => {
      return `${list}.${method}(x, x ${operator} ${right})`
    }),
  ),
  expression: fc.oneof(tie('test'), tie('value')),
}))

/** As JSON.parse makes them. */
const PLAIN = { noNullPrototype: true }

const scalar = fc.constantFrom<unknown>('p', 'pq', '', 0, 1, 2, -1, 3.5, 1n, 2n, true, false, null, 2 ** 53)
const variable = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(
    fc.constantFrom('k', 'm'),
    fc.oneof(scalar, fc.dictionary(fc.constant('m'), scalar, PLAIN)),
    PLAIN,
  ),
)
const variables = fc.record({ a: variable, b: variable, c: variable, d: variable }, { requiredKeys: [] })

const LIBRARY_FAULT = Symbol('fault')

function evaluateByLibrary(source: string, values: Readonly<Record<string, unknown>>): unknown {
  try {
    return bareEnvironment.parse(source)(values)
  } catch {
    return LIBRARY_FAULT
  }
}

function isValid(source: string): boolean {
  return bareEnvironment.check(source).valid
}

it('evaluates as the library does', () => {
  const seen = { value: 0, fault: 0 }
  fc.assert(
    fc.property(expression.filter(isValid), variables, (source, values) => {
      const theirs = evaluateByLibrary(source, values)
      const ours = evaluateExpression(source, values)
      seen[ours.kind]++
      if (ours.kind === 'fault') {
        expect(theirs).toBe(LIBRARY_FAULT)
        return
      }
      expect(typeName(ours.value)).toBe(typeName(theirs))
      expect(isEqual(ours.value, theirs) || Number.isNaN(ours.value)).toBe(true)
    }),
    { numRuns: 3_000 },
  )
  expect(seen.value).toBeGreaterThan(300)
  expect(seen.fault).toBeGreaterThan(300)
})
