// Times deciders in interleaved rounds: each in turn decides for all subjects again and again.
import type { Decider } from './decider.ts'

export interface Timing {
  readonly name: Decider['name']
  readonly round: number
  /** Nanoseconds a decision, mean over the round. */
  readonly ns: number
  /** Share of decisions for `large`: proves that work was done, and which. */
  readonly largeShare: number
}

/** Counting the answers keeps the decisions from being optimised away, at the same small cost for each library. */
function timeRound(decider: Decider, round: number, decisions: number, subjects: number): Timing {
  let large = 0
  const startedAt = process.hrtime.bigint()
  for (let i = 0, position = 0; i < decisions; i++) {
    if (decider.decide(position) === 'large') large++
    position = position + 1 === subjects ? 0 : position + 1
  }
  const ns = Number(process.hrtime.bigint() - startedAt) / decisions
  return { name: decider.name, round, ns, largeShare: large / decisions }
}

export interface Effort {
  readonly rounds: number
  /** A multiple of the number of subjects, so that each round decides for the same ones. */
  readonly decisions: number
}

/** Two rounds of each are thrown away first: by then the compiler has settled. */
export function timeDeciders(
  deciders: readonly Decider[],
  subjects: number,
  { rounds, decisions }: Effort,
): readonly Timing[] {
  const timings: Timing[] = []
  for (let round = -1; round <= rounds; round++) {
    for (const decider of deciders) {
      const timing = timeRound(decider, round, decisions, subjects)
      if (round > 0) timings.push(timing)
    }
  }
  return timings
}
