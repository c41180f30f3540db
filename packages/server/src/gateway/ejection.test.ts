import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Ejection } from './ejection.ts'

const policy = {
  consecutive_failures: 3,
  failure_ratio: 0.5,
  min_requests: 10,
  window: 1000,
  cooldown: 100,
  max_cooldown: 500,
}

/** What happens at a time, in ms: an outcome of the target, a question, or news from another worker. */
type Step =
  | readonly [at: number, what: 'fails', kind: string]
  | readonly [at: number, what: 'succeeds' | 'is released' | 'is admitted' | 'is kept out']
  | readonly [at: number, what: 'is ejected elsewhere', until: number]

/** Plays the steps and returns the times until which the target was ejected. */
function play(steps: readonly Step[]): number[] {
  const ejections: number[] = []
  const ejection = new Ejection(({ until }) => ejections.push(until))
  for (const step of steps) act(ejection, step)
  return ejections
}

function act(ejection: Ejection, step: Step): void {
  const [at, what] = step
  if (what === 'fails') ejection.failed('t', step[2], at, policy)
  else if (what === 'succeeds') ejection.succeeded('t', at, policy)
  else if (what === 'is released') ejection.released('t')
  else if (what === 'is ejected elsewhere')
    ejection.adopt({ target: 't', until: step[2], cause: 'server_error' })
  else expect(ejection.admits('t', at), `at ${at} it ${what}`).toBe(what === 'is admitted')
}

const failing = (at: number, times = 1): Step[] =>
  Array.from({ length: times }, () => [at, 'fails', 'server_error'])
const succeeding = (at: number, times: number): Step[] =>
  Array.from({ length: times }, () => [at, 'succeeds'])

describe('a target', () => {
  test.each<[string, Step[], number[]]>([
    ['that nothing is known of is admitted', [[0, 'is admitted']], []],
    ['stays in after fewer failures than the limit', [...failing(0, 2), [1, 'is admitted']], []],
    ['is ejected by failures in a row', [...failing(0, 3), [1, 'is kept out'], [99, 'is kept out']], [100]],
    [
      'is not ejected when a success comes between',
      [...failing(0, 2), [1, 'succeeds'], ...failing(2, 2), [3, 'is admitted']],
      [],
    ],
    [
      'is ejected by its share of failures once there are enough requests',
      [
        ...succeeding(0, 2),
        ...failing(0, 2),
        ...succeeding(1, 2),
        ...failing(1, 2),
        ...succeeding(2, 1),
        ...failing(3, 1),
      ],
      [103],
    ],
    [
      'is judged by the failures of its window only',
      [
        ...succeeding(0, 5),
        ...failing(0, 2),
        ...succeeding(0, 1),
        ...failing(0, 1),
        ...failing(1001, 1),
        [1002, 'is admitted'],
      ],
      [],
    ],
    [
      'is ejected at once and for the longest time when its credential is refused',
      [
        [0, 'fails', 'credential'],
        [499, 'is kept out'],
        [500, 'is admitted'],
      ],
      [500],
    ],
    ['is ejected at once when its model is gone', [[0, 'fails', 'model_gone']], [500]],
    ...['invalid_request', 'refusal', 'empty', 'context_length', 'conflict'].map(
      (kind): [string, Step[], number[]] => [
        `is not judged by ${kind}, which is about the request`,
        Array.from({ length: 20 }, () => [0, 'fails', kind] as const),
        [],
      ],
    ),
  ])('%s', (_, steps, ejections) => {
    expect(play(steps)).toEqual(ejections)
  })
})

describe('after the cool-down', () => {
  const out: Step[] = failing(0, 3)

  test.each<[string, Step[], number[]]>([
    [
      'exactly one request is let through',
      [...out, [100, 'is admitted'], [100, 'is kept out'], [150, 'is kept out']],
      [100],
    ],
    [
      'the target is back when the probe succeeds',
      [...out, [100, 'is admitted'], [110, 'succeeds'], [111, 'is admitted'], [111, 'is admitted']],
      [100],
    ],
    [
      'the target is out for twice as long when the probe fails',
      [...out, [100, 'is admitted'], ...failing(110), [309, 'is kept out'], [310, 'is admitted']],
      [100, 310],
    ],
    [
      'the cool-down grows up to its limit',
      [
        ...out,
        [100, 'is admitted'],
        ...failing(100),
        [300, 'is admitted'],
        ...failing(300),
        [700, 'is admitted'],
        ...failing(700),
        [1200, 'is admitted'],
        ...failing(1200),
      ],
      [100, 300, 700, 1200, 1700],
    ],
    [
      'the cool-down is short again after a recovery',
      [
        ...out,
        [100, 'is admitted'],
        ...failing(100),
        [300, 'is admitted'],
        [301, 'succeeds'],
        ...failing(400, 3),
      ],
      [100, 300, 500],
    ],
    [
      'a probe that told nothing makes room for the next',
      [...out, [100, 'is admitted'], [120, 'is released'], [121, 'is admitted'], [121, 'is kept out']],
      [100],
    ],
    [
      'so does a probe whose request was at fault',
      [...out, [100, 'is admitted'], [120, 'fails', 'invalid_request'], [121, 'is admitted']],
      [100],
    ],
    [
      'a probe that is refused its credential is out for the longest time',
      [...out, [100, 'is admitted'], [110, 'fails', 'credential']],
      [100, 610],
    ],
    [
      'calls that were under way when it began do not prolong it',
      [...out, ...failing(50, 5), [100, 'is admitted']],
      [100],
    ],
  ])('%s', (_, steps, ejections) => {
    expect(play(steps)).toEqual(ejections)
  })
})

describe('an ejection that another worker found out', () => {
  test.each<[string, Step[]]>([
    [
      'is obeyed, and ends with a probe',
      [
        [0, 'is ejected elsewhere', 200],
        [199, 'is kept out'],
        [200, 'is admitted'],
        [200, 'is kept out'],
      ],
    ],
    [
      'never shortens our own',
      [...failing(0, 3), [10, 'is ejected elsewhere', 50], [60, 'is kept out'], [100, 'is admitted']],
    ],
    [
      'does not keep old failures in the window',
      [
        [0, 'is ejected elsewhere', 5000],
        ...succeeding(10, 5),
        ...failing(10, 2),
        ...succeeding(1200, 2),
        ...failing(1200, 2),
        [1201, 'is admitted'],
      ],
    ],
  ])('%s', (_, steps) => {
    play(steps)
  })

  test('is not announced again', () => {
    expect(play([[0, 'is ejected elsewhere', 200]])).toEqual([])
  })
})

describe('when a credential is replaced', () => {
  const mend = (ejection: Ejection) => ejection.mended('credential', target => target.startsWith('a/'))

  test('the targets that were out for the one before are in again, and no others', () => {
    const ejection = new Ejection(() => {})
    ejection.failed('a/x', 'credential', 0, policy)
    ejection.failed('a/y', 'model_gone', 0, policy)
    ejection.failed('b/x', 'credential', 0, policy)
    ejection.adopt({ target: 'a/z', until: 400, cause: 'credential' })
    for (let i = 0; i < 3; i++) ejection.failed('a/w', 'connect', 0, policy)
    mend(ejection)
    expect(ejection.ejected(1)).toEqual(['a/y', 'b/x', 'a/w'])
    expect(ejection.admits('a/x', 1)).toBe(true)
    // No probe: every request may go there.
    expect(ejection.admits('a/x', 1)).toBe(true)
  })

  test('a target that is refused the new one is out again', () => {
    const ejection = new Ejection(() => {})
    ejection.failed('a/x', 'credential', 0, policy)
    mend(ejection)
    ejection.failed('a/x', 'credential', 1, policy)
    expect(ejection.admits('a/x', 2)).toBe(false)
  })

  test('a target that was out for it earlier, and is out for something else now, stays out', () => {
    const ejection = new Ejection(() => {})
    ejection.failed('a/x', 'credential', 0, policy)
    ejection.succeeded('a/x', 600, policy)
    for (let i = 0; i < 3; i++) ejection.failed('a/x', 'connect', 601, policy)
    mend(ejection)
    expect(ejection.admits('a/x', 602)).toBe(false)
  })
})

test('targets are judged apart', () => {
  const ejection = new Ejection(() => {})
  for (let i = 0; i < 3; i++) ejection.failed('a', 'connect', 0, policy)
  expect([ejection.admits('a', 1), ejection.admits('b', 1)]).toEqual([false, true])
  expect(ejection.ejected(1)).toEqual(['a'])
  expect(ejection.ejected(100)).toEqual([])
})

test('however outcomes arrive, at most one probe is out at a time and no ejection outlasts the limit', () => {
  const outcome = fc.constantFrom('ok', 'server_error', 'timeout', 'refusal', 'credential', 'cancelled')
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(120), outcome), { maxLength: 80 }), steps => {
      let now = 0
      const ejection = new Ejection(({ until }) =>
        expect(until - now).toBeLessThanOrEqual(policy.max_cooldown),
      )
      for (const [wait, result] of steps) {
        now += wait
        const wasOut = ejection.ejected(now).length > 0
        const admitted = ejection.admits('t', now)
        if (wasOut) expect(admitted).toBe(false)
        if (!admitted) continue
        if (result === 'ok') ejection.succeeded('t', now, policy)
        else if (result === 'cancelled') ejection.released('t')
        else ejection.failed('t', result, now, policy)
      }
      // However it ended, the target is not lost for ever.
      expect(ejection.admits('t', now + policy.max_cooldown)).toBe(true)
    }),
  )
})
