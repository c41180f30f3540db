import { describe, expect, it } from 'vitest'
import { type Boundary, spendingBoundaries } from './boundary.ts'
import { conditionalPower } from './conditional-power.ts'
import { looksOf } from './exit.ts'
import { characteristics, sizeOf } from './power.ts'
import { stageWise } from './stage-wise.ts'

const plan = { alpha: 0.05, alternative: 'two_sided', spending: { family: 'pocock' } } as const

function boundariesAt(times: readonly number[]): readonly Boundary[] {
  const boundaries = spendingBoundaries(plan, times)
  if ('kind' in boundaries) throw new Error(boundaries.kind)
  return boundaries
}

// A look without new information has no bound, and changes nothing for what comes before and after it.
describe('a look twice at the same information', () => {
  const twice = boundariesAt([0.5, 0.5, 1])
  const once = boundariesAt([0.5, 1])

  it('has no bound the second time', () => {
    expect(twice.map(({ z }) => z)).toEqual([once[0]?.z, null, once[1]?.z])
  })

  it('leaves the power, the size and the course of the test', () => {
    const { stoppedBy, ...found } = { stoppedBy: [], ...characteristics('two_sided', twice, 1) }
    const { stoppedBy: plainly, ...plain } = { stoppedBy: [], ...characteristics('two_sided', once, 1) }
    expect(found).toEqual(plain)
    expect(stoppedBy).toEqual([plainly[0], plainly[0], plainly[1]])
    expect(sizeOf(plan, twice, 0.8)).toEqual(sizeOf(plan, once, 0.8))
  })

  it('leaves what a stopped test says', () => {
    const stopped = (boundaries: readonly Boundary[]) => ({ looks: looksOf('two_sided', boundaries), z: 2.1 })
    expect(stageWise(stopped(twice), 'two_sided', 0.95)).toEqual(stageWise(stopped(once), 'two_sided', 0.95))
  })

  it.each([-1e300, -8, 0, 2, 1e300])('leaves the conditional power, with a drift of %d', drift => {
    const seen = { time: 0.2, z: 0.4 }
    expect(conditionalPower('two_sided', seen, twice, drift)).toEqual(
      conditionalPower('two_sided', seen, once, drift),
    )
  })
})
