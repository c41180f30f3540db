import { expect, it, test } from 'vitest'
import { Throttle } from './throttle.ts'

function failTimes(throttle: Throttle, address: string, times: number, now = 0): void {
  for (let index = 0; index < times; index++) throttle.fail(address, now)
}

test.each([
  [4, 0],
  [5, 1_000],
  [6, 2_000],
  [9, 16_000],
  [14, 512_000],
  [15, 900_000],
  [1_000, 900_000],
])('after %i failures an address waits %i ms', (failures, wait) => {
  const throttle = new Throttle()
  failTimes(throttle, '192.0.2.1', failures)
  expect(throttle.wait('192.0.2.1', 0)).toBe(wait)
  expect(throttle.wait('192.0.2.1', wait)).toBe(0)
  expect(throttle.wait('192.0.2.2', 0)).toBe(0)
})

it('forgets after a success, and after an hour without a failure', () => {
  const throttle = new Throttle()
  failTimes(throttle, '192.0.2.1', 5)
  throttle.succeed('192.0.2.1')
  expect(throttle.wait('192.0.2.1', 0)).toBe(0)
  failTimes(throttle, '192.0.2.1', 20)
  throttle.fail('192.0.2.1', 3_600_001)
  expect(throttle.wait('192.0.2.1', 3_600_001)).toBe(0)
})

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['2001:db8:1:2:3::4', '2001:db8:1:2:ffff::1', true],
  ['2001:db8:1:2::4', '2001:db8:1:3::4', false],
])('takes %s and %s for one: %s', (a, b, isOne) => {
  const throttle = new Throttle()
  failTimes(throttle, a, 5)
  expect(throttle.wait(b, 0) > 0).toBe(isOne)
})

it('keeps no more than ten thousand addresses, dropping those that failed longest ago', () => {
  const throttle = new Throttle()
  failTimes(throttle, 'first', 5)
  failTimes(throttle, 'second', 5)
  for (let index = 0; index < 9_998; index++) throttle.fail(`other ${index}`, 0)
  throttle.fail('second', 0)
  throttle.fail('one more', 0)
  expect(throttle.wait('first', 0)).toBe(0)
  expect(throttle.wait('second', 0)).toBe(2_000)
})
