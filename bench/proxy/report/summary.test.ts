// How rounds become medians, ratios and differences.
import { describe, expect, it } from 'vitest'
import type { RoundFigures } from '../figures.ts'
import type { PeerName } from '../peer/peer.ts'
import { addedOf, ratioOf, spreadOf } from './summary.ts'

const pick = (figures: RoundFigures): number => figures.closed.requestsPerSecond

const figures = (round: number, peer: PeerName, value: number): RoundFigures =>
  ({ round, peer, closed: { requestsPerSecond: value } }) as RoundFigures

/** A machine twice as slow in round 2, for both alike. */
const rounds = [
  figures(1, 'direct', 10),
  figures(1, 'weir', 30),
  figures(2, 'direct', 20),
  figures(2, 'weir', 60),
  figures(3, 'direct', 12),
  figures(3, 'weir', 24),
]

describe('summary', () => {
  it('is the median over a peer’s rounds, with the extremes', () => {
    expect(spreadOf(rounds, 'weir', pick)).toEqual({ median: 30, min: 24, max: 60 })
  })

  it('compares within rounds, so a slow round cancels out of a ratio', () => {
    expect(ratioOf(rounds, ['weir', 'direct'], pick)).toEqual({ median: 3, min: 2, max: 3 })
  })

  it('adds over the direct call of the same round', () => {
    expect(addedOf(rounds, 'weir', pick)).toEqual({ median: 20, min: 12, max: 40 })
  })

  it('has no ratio to a peer that did not run', () => {
    expect(ratioOf(rounds, ['weir', 'nginx'], pick).median).toBeNaN()
  })
})
