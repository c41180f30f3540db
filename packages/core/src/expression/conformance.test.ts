// Runs the CEL specification's conformance suite against expressions as conditions are evaluated.
import type { Type } from '@bufbuild/cel-spec/cel/expr/checked_pb.js'
import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js'
import type { Value } from '@bufbuild/cel-spec/cel/expr/value_pb.js'
import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js'
import { getConformanceSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator'
import { afterAll, describe, expect, it } from 'vitest'
import { FAILURES, INAPPLICABLE, type Inapplicable } from './conformance-exclusions.ts'
import { evaluateExpression } from './evaluate-expression.ts'
import { isMap, lookUp, mapKeys, order, typeName } from './value.ts'

interface Case {
  /** `section/subsection/name` */
  readonly id: string
  readonly test: SimpleTest
}

function collectCases(suite: IncrementalTestSuite, path: readonly string[] = []): Case[] {
  const own = suite.tests.map(({ name, original }) => ({ id: [...path, name].join('/'), test: original }))
  return [...own, ...suite.suites.flatMap(child => collectCases(child, [...path, child.name]))]
}

/** Stands for messages and enums, which no value of ours equals. */
const MESSAGE = Symbol('message')

function toValue({ kind }: Value): unknown {
  switch (kind.case) {
    case 'nullValue':
      return null
    case 'boolValue':
    case 'stringValue':
    case 'doubleValue':
    case 'int64Value':
    case 'bytesValue':
      return kind.value
    case 'uint64Value':
      return new UnsignedInt(kind.value)
    case 'listValue':
      return kind.value.values.map(toValue)
    case 'mapValue':
      return new Map(
        kind.value.entries.map(entry => [toOptionalValue(entry.key), toOptionalValue(entry.value)]),
      )
    case 'typeValue':
      return evaluated(typeExpression(kind.value))
    case 'objectValue':
      return toTime(kind.value)
    default:
      return MESSAGE
  }
}

function toOptionalValue(value: Value | undefined): unknown {
  return value === undefined ? MESSAGE : toValue(value)
}

function typeExpression(name: string): string {
  return name === 'null_type' ? 'type(null)' : name
}

function evaluated(source: string): unknown {
  const evaluation = evaluateExpression(source, {})
  return evaluation.kind === 'value' ? evaluation.value : MESSAGE
}

const registry = getTestRegistry()

function toTime(any: Parameters<typeof anyUnpack>[0]): unknown {
  const message = anyUnpack(any, registry) as
    | { $typeName?: string; seconds?: bigint; nanos?: number }
    | undefined
  const { seconds = 0n, nanos = 0 } = message ?? {}
  if (message?.$typeName === 'google.protobuf.Duration') return new Duration(seconds, nanos)
  if (message?.$typeName !== 'google.protobuf.Timestamp') return MESSAGE
  return evaluated(`timestamp(${seconds}) + duration("${Math.floor(nanos / 1e6)}ms")`)
}

/** Stricter than CEL's own equality: an int is not a double. */
function isSame(actual: unknown, expected: unknown): boolean {
  if (Object.is(actual, expected)) return true
  if (typeName(actual) !== typeName(expected)) return false
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.length === expected.length && actual.every((item, index) => isSame(item, expected[index]))
  }
  if (!isMap(actual) || !isMap(expected)) return order(actual, expected) === 0
  const keys = mapKeys(expected)
  if (mapKeys(actual).length !== keys.length) return false
  return keys.every(key => isSame(lookUp(actual, key), lookUp(expected, key)))
}

const PRIMITIVES = ['', 'bool', 'int', 'uint', 'double', 'string', 'bytes']
const WELL_KNOWN = ['', 'any', 'timestamp', 'duration']

function nameOfType(type: Type | undefined): string {
  const kind = type?.typeKind
  switch (kind?.case) {
    case 'dyn':
      return 'dyn'
    case 'null':
      return 'null'
    case 'primitive':
      return PRIMITIVES[kind.value] ?? ''
    case 'wellKnown':
      return WELL_KNOWN[kind.value] ?? ''
    case 'listType':
      return `list<${nameOfType(kind.value.elemType)}>`
    case 'mapType':
      return `map<${nameOfType(kind.value.keyType)}, ${nameOfType(kind.value.valueType)}>`
    case 'type':
      return 'type'
    default:
      return kind?.case ?? ''
  }
}

function passes({ test }: Case): boolean {
  const variables: Record<string, unknown> = {}
  for (const [name, binding] of Object.entries(test.bindings)) {
    variables[name] = binding.kind.case === 'value' ? toValue(binding.kind.value) : MESSAGE
  }
  const evaluation = evaluateExpression(test.expr, variables)
  const { resultMatcher: expected } = test
  if (expected.case === 'evalError') return evaluation.kind === 'fault'
  if (evaluation.kind === 'fault') return false
  if (expected.case === undefined) return evaluation.value === true
  if (expected.case === 'value') return isSame(evaluation.value, toValue(expected.value))
  if (expected.case !== 'typedResult') return false
  const { result, deducedType } = expected.value
  if (nameOfType(deducedType) !== evaluation.type) return false
  return result === undefined || isSame(evaluation.value, toValue(result))
}

function concerns(feature: Inapplicable, { id, test }: Case): boolean {
  if (feature.sections?.some(section => id.startsWith(`${section}/`)) === true) return true
  return feature.when?.(test) === true
}

const cases = collectCases(getConformanceSuite())
const failing = cases.filter(one => !passes(one))
/** Each case that does not apply, with the reason. */
const inapplicable = new Map<Case, Inapplicable>()
for (const one of cases) {
  const feature = INAPPLICABLE.find(entry => concerns(entry, one))
  if (feature !== undefined) inapplicable.set(one, feature)
}
const applicable = cases.filter(one => !inapplicable.has(one))

afterAll(() => {
  const row = (count: number, text: string): string => `${String(count).padStart(6)}  ${text}`
  const ofFeature = (feature: Inapplicable): number =>
    [...inapplicable.values()].filter(it => it === feature).length
  const passed = applicable.filter(one => !failing.includes(one)).length
  const rows = [
    row(cases.length, 'cases in total, of which not applicable:'),
    ...INAPPLICABLE.map(feature => row(ofFeature(feature), feature.reason)),
    row(applicable.length, 'applicable cases, of which failing:'),
    ...FAILURES.map(failure => row(failure.cases.length, failure.reason)),
    row(passed, 'passed'),
  ]
  console.log(`CEL conformance\n${rows.join('\n')}`)
})

describe('the CEL conformance suite', () => {
  it('passes where it applies, but for the listed failures', () => {
    const listed = new Set(FAILURES.flatMap(failure => failure.cases))
    const unlisted = applicable.filter(one => failing.includes(one) && !listed.has(one.id))
    expect(unlisted.map(one => one.id)).toEqual([])
  })

  it.each(FAILURES)('fails still: $reason', ({ cases: ids }) => {
    const failed = new Set(applicable.filter(one => failing.includes(one)).map(one => one.id))
    expect(ids.filter(id => !failed.has(id))).toEqual([])
  })

  it.each(INAPPLICABLE)('does not apply still: $reason', feature => {
    expect(failing.filter(one => inapplicable.get(one) === feature)).toHaveLength(feature.failing)
  })

  it('lists no failure twice', () => {
    const ids = FAILURES.flatMap(failure => failure.cases)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
