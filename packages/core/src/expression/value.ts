// The values of expressions: ints are bigint, doubles number, maps are Map or plain objects. Equality, order and
// look-up as CEL defines them; numbers compare by what they are worth, whatever their type.
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator'

/** The CEL name of a value's type, for messages. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'object':
      return objectTypeName(value)
    default:
      return typeof value
  }
}

function objectTypeName(value: object | null): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (value instanceof UnsignedInt) return 'uint'
  if (value instanceof Uint8Array) return 'bytes'
  if (isTimestamp(value)) return 'timestamp'
  if (value instanceof Duration) return 'duration'
  return isMap(value) ? 'map' : 'type'
}

/** Timestamps are the library's JavaScript dates; the global is out of reach here, for core has no clock. */
interface Timestamp {
  getTime(): number
}

function isTimestamp(value: object): value is Timestamp {
  return Object.prototype.toString.call(value) === '[object Date]'
}

const MIN_INT = -(2n ** 63n)
const MAX_INT = 2n ** 63n - 1n
/** Milliseconds of 0001-01-01T00:00:00Z and of the end of 9999. */
const MIN_TIMESTAMP = -62_135_596_800_000
const MAX_TIMESTAMP = 253_402_300_799_999
/** Seconds in 10,000 years. */
const MAX_DURATION = 315_576_000_000n

/** Whether a result is within what CEL's types hold; the library checks some operations only. */
export function isInRange(value: unknown): boolean {
  if (typeof value === 'bigint') return value >= MIN_INT && value <= MAX_INT
  if (typeof value !== 'object' || value === null) return true
  if (value instanceof Duration) return value.seconds >= -MAX_DURATION && value.seconds <= MAX_DURATION
  if (!isTimestamp(value)) return true
  return value.getTime() >= MIN_TIMESTAMP && value.getTime() <= MAX_TIMESTAMP
}

type CelMap = ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>

export function isMap(value: unknown): value is CelMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (value instanceof Map) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** The value at `key`, or undefined. */
export function lookUp(map: CelMap, key: unknown): unknown {
  if (!(map instanceof Map)) {
    return typeof key === 'string' && Object.hasOwn(map, key)
      ? (map as Record<string, unknown>)[key]
      : undefined
  }
  const exact: unknown = map.get(key)
  if (exact !== undefined || numberOf(key) === undefined) return exact
  for (const [candidate, value] of map) if (isEqual(candidate, key)) return value
  return undefined
}

export function mapKeys(map: CelMap): readonly unknown[] {
  return map instanceof Map ? [...map.keys()] : Object.keys(map)
}

/** What a numeric value is worth, or undefined for other values. */
export function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  return value instanceof UnsignedInt ? value.value : undefined
}

export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left === 'string' || typeof right === 'string') return false
  const leftNumber = numberOf(left)
  if (leftNumber !== undefined) {
    const rightNumber = numberOf(right)
    return rightNumber !== undefined && sign(leftNumber, rightNumber) === 0
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  return areObjectsEqual(left, right)
}

function areObjectsEqual(left: object, right: object): boolean {
  if (Array.isArray(left)) return Array.isArray(right) && areListsEqual(left, right)
  if (isMap(left)) return isMap(right) && areMapsEqual(left, right)
  return order(left, right) === 0
}

function areListsEqual(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index]))
}

function areMapsEqual(left: CelMap, right: CelMap): boolean {
  const keys = mapKeys(left)
  if (keys.length !== mapKeys(right).length) return false
  return keys.every(key => {
    const other = lookUp(right, key)
    return other !== undefined && isEqual(lookUp(left, key), other)
  })
}

/** Negative, 0 or positive; NaN when unordered (a NaN operand), undefined when the types have no order. */
export function order(left: unknown, right: unknown): number | undefined {
  const leftNumber = numberOf(left)
  const rightNumber = numberOf(right)
  if (leftNumber !== undefined && rightNumber !== undefined) return sign(leftNumber, rightNumber)
  if (typeof left === 'string' && typeof right === 'string') return sign(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return undefined
  return orderOfObjects(left, right)
}

function orderOfObjects(left: object, right: object): number | undefined {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return orderOfBytes(left, right)
  if (isTimestamp(left) && isTimestamp(right)) return left.getTime() - right.getTime()
  if (!(left instanceof Duration && right instanceof Duration)) return undefined
  return sign(left.seconds, right.seconds) || left.nanos - right.nanos
}

function orderOfBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length)
  for (let index = 0; index < shared; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function sign<T extends number | bigint | string>(left: T, right: T): number {
  if (left < right) return -1
  if (left > right) return 1
  return left >= right ? 0 : Number.NaN
}
