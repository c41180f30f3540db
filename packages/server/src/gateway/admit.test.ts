import { describe, expect, test } from 'vitest'
import { Admission } from './admit.ts'

/** A client that can be made to leave. */
class Caller {
  #leave: (() => void) | undefined

  whenGone(listener: (() => void) | undefined): void {
    this.#leave = listener
  }

  leave(): void {
    this.#leave?.()
  }
}

const limits = { concurrent: 2, queue: 2, queue_timeout: 60_000 }

describe('admission', () => {
  test('admits up to the limit at once', () => {
    const admission = new Admission()
    expect([admission.admit(limits, new Caller()), admission.admit(limits, new Caller())]).toEqual([
      'admitted',
      'admitted',
    ])
    expect(admission.running).toBe(2)
  })

  test('lets those beyond it wait and admits them in order of arrival', async () => {
    const admission = new Admission()
    const order: string[] = []
    void admission.admit(limits, new Caller())
    void admission.admit(limits, new Caller())
    const waiting = ['first', 'second'].map(async name => {
      expect(await admission.admit(limits, new Caller())).toBe('admitted')
      order.push(name)
    })
    expect(admission.running).toBe(2)
    admission.release()
    admission.release()
    await Promise.all(waiting)
    expect(order).toEqual(['first', 'second'])
    expect(admission.running).toBe(2)
  })

  test('refuses with a time to come back when the queue is full, and takes new ones when it has room', async () => {
    const admission = new Admission()
    const queued = [1, 2, 3, 4].map(() => admission.admit(limits, new Caller()))
    expect(admission.admit(limits, new Caller())).toMatchObject({
      kind: 'refusal',
      code: 'overloaded',
      retryAfter: 1,
    })
    admission.release()
    expect(await queued[2]).toBe('admitted')
    const late = admission.admit(limits, new Caller())
    expect(late).toBeInstanceOf(Promise)
    admission.release()
    admission.release()
    expect(await Promise.all([queued[3], late])).toEqual(['admitted', 'admitted'])
  })

  test('refuses who waited too long, and gives that place to nobody', async () => {
    const admission = new Admission()
    const brief = { concurrent: 1, queue: 5, queue_timeout: 5 }
    void admission.admit(brief, new Caller())
    expect(await admission.admit(brief, new Caller())).toMatchObject({
      code: 'overloaded',
      message: expect.stringContaining('within 5 ms'),
    })
    admission.release()
    expect(admission.running).toBe(0)
    expect(admission.admit(brief, new Caller())).toBe('admitted')
  })

  test('counts back to nothing when all are through', () => {
    const admission = new Admission()
    for (let i = 0; i < 100; i++) {
      expect(admission.admit(limits, new Caller())).toBe('admitted')
      admission.release()
    }
    expect(admission.running).toBe(0)
  })

  test('lets go of a client that left while it waited, and of its place in the queue', async () => {
    const admission = new Admission()
    const caller = new Caller()
    const single = { ...limits, concurrent: 1, queue: 1 }
    void admission.admit(single, new Caller())
    const waiting = admission.admit(single, caller)
    expect(admission.waiting).toBe(1)
    caller.leave()
    expect(await waiting).toMatchObject({ kind: 'refusal', code: 'overloaded' })
    expect(admission.waiting).toBe(0)
    const next = admission.admit(single, new Caller())
    admission.release()
    expect(await next).toBe('admitted')
  })

  test('refuses everybody new while it drains, serves those who wait, and says when the last is through', async () => {
    const admission = new Admission()
    const single = { ...limits, concurrent: 1 }
    void admission.admit(single, new Caller())
    const waiting = admission.admit(single, new Caller())
    let through = false
    const drained = admission.drain().then(() => {
      through = true
    })
    expect(admission.admit(limits, new Caller())).toMatchObject({ code: 'draining', retryAfter: 1 })
    admission.release()
    expect(await waiting).toBe('admitted')
    expect(through).toBe(false)
    admission.release()
    await drained
    expect(admission.running).toBe(0)
  })

  test('has nothing to drain when nobody is there', async () => {
    await expect(new Admission().drain()).resolves.toBeUndefined()
  })
})
