// Says of each closed-loop figure whether the peer was its limit, so that no other limit passes for the peer's.

import { median } from '../../measure/quantile.ts'
import type { RoundFigures } from '../figures.ts'
import type { PeerName } from '../peer/peer.ts'

/** A single-threaded process busy this share of a core is at its end. */
const SATURATED = 0.9
/** Above this share of the machine, others' work is part of the figures. */
const FOREIGN = 0.05

export interface Limits {
  readonly peer: number
  readonly upstream: number
  readonly generator: number
}

export type Limit = 'peer' | 'upstream' | 'generator' | 'machine'

/** The first of the parties that is at its end; `machine` when none is and the cores are shared out among them. */
export function limitOf(cores: Limits): Limit {
  if (cores.peer >= SATURATED) return 'peer'
  if (cores.upstream >= SATURATED) return 'upstream'
  if (cores.generator >= SATURATED) return 'generator'
  return 'machine'
}

const LIMIT_WORDS: Readonly<Record<Exclude<Limit, 'peer'>, string>> = {
  upstream: 'the upstream was the limit',
  generator: 'the load generator was the limit',
  machine: 'no party filled a core: the machine was shared out',
}

/** Notes for the table's foot; empty when every closed-loop figure is its peer's own. */
export function saturationNotes(
  rounds: readonly RoundFigures[],
  peers: readonly PeerName[],
): readonly string[] {
  return peers
    .filter(peer => peer !== 'direct')
    .flatMap(peer => {
      const cores = rounds.filter(figures => figures.peer === peer).map(figures => figures.closed.cores)
      const typical = {
        peer: median(cores.map(each => each.peer)),
        upstream: median(cores.map(each => each.upstream)),
        generator: median(cores.map(each => each.generator)),
      }
      const limit = limitOf(typical)
      if (limit === 'peer') return []
      return [
        `${peer}: requests/s is not its own limit, ${LIMIT_WORDS[limit]} ` +
          `(cores busy: peer ${typical.peer.toFixed(2)}, upstream ${typical.upstream.toFixed(2)}, ` +
          `generator ${typical.generator.toFixed(2)})`,
      ]
    })
}

/** Rounds in which something that is no part of the bench used the machine. */
export function foreignNotes(rounds: readonly RoundFigures[]): readonly string[] {
  return rounds.flatMap(({ round, peer, closed, open, streams }) => {
    const share = Math.max(closed.cores.foreignShare, open.cores.foreignShare, streams.cores.foreignShare)
    if (share <= FOREIGN) return []
    return [
      `round ${round}, ${peer}: up to ${(share * 100).toFixed(0)} % of the machine was used by other processes`,
    ]
  })
}
