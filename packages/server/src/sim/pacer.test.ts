import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startPacer } from './pacer.ts'

describe('startPacer', () => {
  it('runs tasks in the order they are due, none early, whatever the order they came in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }), async waits => {
        const pacer = startPacer()
        const start = pacer.now()
        const ran: { wait: number; at: number }[] = []
        await new Promise<void>(resolve => {
          for (const wait of waits) {
            pacer.at(start + wait, () => {
              ran.push({ wait, at: pacer.now() - start })
              if (ran.length === waits.length) resolve()
            })
          }
        })
        expect(ran.map(({ wait }) => wait)).toEqual([...waits].sort((a, b) => a - b))
        expect(ran.every(({ wait, at }) => at >= wait)).toBe(true)
      }),
      { numRuns: 10 },
    )
  })

  it('does not run what was cancelled, and runs what a task adds', async () => {
    const pacer = startPacer()
    const ran: string[] = []
    const cancel = pacer.at(pacer.now() + 1, () => ran.push('cancelled'))
    cancel()
    await new Promise<void>(resolve => {
      pacer.at(pacer.now() + 2, () => {
        ran.push('first')
        pacer.at(pacer.now(), () => {
          ran.push('second')
          resolve()
        })
      })
    })
    expect(ran).toEqual(['first', 'second'])
  })

  it('runs nothing once stopped', async () => {
    const pacer = startPacer()
    let runs = 0
    pacer.at(pacer.now() + 1, () => runs++)
    pacer.stop()
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(runs).toBe(0)
  })
})
