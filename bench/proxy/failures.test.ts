// Which runs are void.
import { expect, it } from 'vitest'
import { failuresOf } from './failures.ts'
import type { HeldFigures, RoundFigures } from './figures.ts'

const fine = { errors: 0, completed: 100, error: undefined }
const round = (more: object = {}): RoundFigures =>
  ({ round: 2, peer: 'weir', closed: fine, open: fine, streams: fine, ...more }) as unknown as RoundFigures

const held = (more: object = {}): HeldFigures =>
  ({
    peer: 'weir',
    asked: 9,
    opened: 9,
    upstreamOpen: [9, 9],
    completed: 9,
    ...more,
  }) as unknown as HeldFigures

it('finds none when all answers came and all streams were open', () => {
  expect(failuresOf({ rounds: [round()], held: [held()], events: [] })).toEqual([])
})

it('names peer, round, case and the first error of failed requests', () => {
  const streams = { errors: 3, completed: 97, error: 'status 503' }
  expect(failuresOf({ rounds: [round({ streams })], held: [], events: [] })).toEqual([
    'weir, round 2, streams: 3 of 100 failed: status 503',
  ])
})

it.each([
  { what: 'were not opened', more: { opened: 8 } },
  { what: 'were not open at the upstream', more: { upstreamOpen: [9, 8] } },
  { what: 'did not end well', more: { completed: 8 } },
])('voids held streams that $what', ({ more }) => {
  expect(failuresOf({ rounds: [], held: [held(more)], events: [] })).toHaveLength(1)
})
