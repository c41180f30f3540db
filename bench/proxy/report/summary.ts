// Reduces rounds to medians, and compares peers round by round, so that a slow minute hits both sides of a ratio.
import { type Spread, spread } from '../../measure/quantile.ts'
import type { RoundFigures } from '../figures.ts'
import type { PeerName } from '../peer/peer.ts'

export type Pick = (figures: RoundFigures) => number

const ofPeer = (rounds: readonly RoundFigures[], peer: PeerName): readonly RoundFigures[] =>
  rounds.filter(figures => figures.peer === peer)

export const spreadOf = (rounds: readonly RoundFigures[], peer: PeerName, pick: Pick): Spread =>
  spread(ofPeer(rounds, peer).map(pick))

/** Applies `combine` to a peer's figure and another's of the same round. Empty without the other peer. */
function paired(
  rounds: readonly RoundFigures[],
  [peer, other]: readonly [PeerName, PeerName],
  pick: Pick,
  combine: (mine: number, theirs: number) => number,
): Spread {
  const values = ofPeer(rounds, peer).flatMap(mine =>
    ofPeer(rounds, other)
      .filter(theirs => theirs.round === mine.round)
      .map(theirs => combine(pick(mine), pick(theirs))),
  )
  return spread(values)
}

export const ratioOf = (
  rounds: readonly RoundFigures[],
  pair: readonly [PeerName, PeerName],
  pick: Pick,
): Spread => paired(rounds, pair, pick, (mine, theirs) => mine / theirs)

/** What a peer adds to the direct call, percentile minus percentile, within the round. */
export const addedOf = (rounds: readonly RoundFigures[], peer: PeerName, pick: Pick): Spread =>
  paired(rounds, [peer, 'direct'], pick, (mine, theirs) => mine - theirs)
