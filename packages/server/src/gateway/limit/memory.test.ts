import { expect, test } from 'vitest'
import { createLimitMemory, LimitMemory } from './memory.ts'

const NOON = Date.UTC(2026, 10, 21, 12)

test('every thread finds the counters of a key in the same place', () => {
  const shared = createLimitMemory(8)
  const [one, other] = [new LimitMemory(shared), new LimitMemory(shared)]
  one.countersOf('a').requests.take(2, 3, 1000)
  expect(other.countersOf('a').requests.take(1, 3, 1000)).toMatchObject({ kind: 'taken', remaining: 0 })
  expect(other.countersOf('a').tokens.take(3, 3, 1000)).toMatchObject({ kind: 'taken', remaining: 0 })
})

test('no two keys and no two counters share a place, though the memory is full', () => {
  const memory = new LimitMemory(createLimitMemory(40))
  const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`)
  keys.forEach((key, index) => {
    const { requests, tokens, day, month } = memory.countersOf(key)
    requests.take(index + 1, 1000, 1000)
    tokens.take(index + 101, 1000, 1000)
    day.reserve(index + 201, null, NOON)
    month.reserve(index + 301, null, NOON)
  })
  const read = keys.map(key => {
    const { requests, tokens, day, month } = memory.countersOf(key)
    const left = [requests, tokens].map(window => 1000 - window.take(0, 1000, 1000).remaining)
    return [...left, day.committed(Math.floor(NOON / 86_400_000)), month.committed(2026 * 12 + 10)]
  })
  expect(read).toEqual(keys.map((_, index) => [index + 1, index + 101, index + 201, index + 301]))
})

test('a key beyond the last place is told so', () => {
  const memory = new LimitMemory(createLimitMemory(2))
  memory.countersOf('a')
  memory.countersOf('b')
  expect(() => memory.countersOf('c')).toThrow(RangeError)
  expect(() => memory.countersOf('a')).not.toThrow()
})
