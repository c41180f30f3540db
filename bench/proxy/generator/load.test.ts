// The load generator against the real upstream: it must do exactly the work it reports.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, type ManagedProcess, startModule } from '../process/managed-process.ts'
import type { UpstreamCounts, UpstreamOrder } from '../upstream/order.ts'
import { STREAM_CHUNKS } from '../workload.ts'
import type { GeneratorOrder, GeneratorReply, StreamOutcome, Target, WholeOutcome } from './order.ts'

let upstream: ManagedProcess
let generator: ManagedProcess
let target: Target

const orderUpstream = (order: UpstreamOrder): Promise<UpstreamCounts> => ask(upstream, order)
const order = <T extends GeneratorReply>(wanted: GeneratorOrder): Promise<T> => ask(generator, wanted)

async function served(): Promise<number> {
  const { large, small } = (await orderUpstream({ kind: 'count' })).served
  return large + small
}

beforeAll(async () => {
  upstream = startModule('upstream/main.ts')
  generator = startModule('generator/main.ts')
  const { ports } = await orderUpstream({ kind: 'pace', ms: 1 })
  target = { origin: `http://127.0.0.1:${ports.large}`, headers: {}, streamChunks: STREAM_CHUNKS }
})
afterAll(async () => {
  await generator.stop()
  await upstream.stop()
})

describe('load generator', () => {
  it('counts in a closed loop what the upstream served', async () => {
    const before = await served()
    const outcome = await order<WholeOutcome>({ kind: 'closed', target, connections: 4, seconds: 0.2 })
    expect(outcome).toMatchObject({ errors: 0, completed: (await served()) - before })
    expect(outcome.completed).toBeGreaterThan(4)
  })

  it('sends in an open loop the number of requests the rate asks for, whatever the answers take', async () => {
    const outcome = await order<WholeOutcome>({ kind: 'open', target, perSecond: 200, seconds: 0.5 })
    expect(outcome).toMatchObject({ errors: 0, completed: 100 })
    expect(outcome.latency.p50).toBeGreaterThan(0)
  })

  it('reads every chunk of every stream', async () => {
    const rhythm = { concurrency: 3, seconds: 0.2, paceMs: 1 }
    const outcome = await order<StreamOutcome>({ kind: 'streams', target, ...rhythm })
    expect(outcome.errors).toBe(0)
    expect(outcome.completed).toBeGreaterThanOrEqual(3)
    expect(outcome.chunks).toBe(outcome.completed * STREAM_CHUNKS)
  })

  it('takes a stream of another length for an error', async () => {
    const rhythm = { concurrency: 1, seconds: 0.05, paceMs: 1 }
    const longer = { ...target, streamChunks: STREAM_CHUNKS + 1 }
    const outcome = await order<StreamOutcome>({ kind: 'streams', target: longer, ...rhythm })
    expect(outcome).toMatchObject({ completed: 0, error: 'stream of 100 chunks, not 101' })
  })

  it('holds streams open until the upstream ends them', async () => {
    await orderUpstream({ kind: 'pace', ms: 1000 })
    expect(await order({ kind: 'open streams', target, streams: 60 })).toEqual({
      kind: 'opened',
      opened: 60,
      error: undefined,
    })
    expect((await orderUpstream({ kind: 'end streams' })).openStreamsBefore).toBe(60)
    expect(await order({ kind: 'await streams' })).toMatchObject({ completed: 60, errors: 0 })
  })

  it('reports the first error and counts them all when nothing answers', async () => {
    const nobody = { ...target, origin: 'http://127.0.0.1:9' }
    const outcome = await order<WholeOutcome>({ kind: 'open', target: nobody, perSecond: 50, seconds: 0.2 })
    expect(outcome).toMatchObject({
      completed: 0,
      errors: 10,
      error: expect.stringContaining('ECONNREFUSED'),
    })
  })
})
