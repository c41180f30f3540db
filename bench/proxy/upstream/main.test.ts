// The upstream process as the load tools meet it: over real sockets.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, type ManagedProcess, startModule } from '../process/managed-process.ts'
import { CHAT_PATH, STREAM_CHUNKS } from '../workload.ts'
import type { UpstreamCounts, UpstreamOrder } from './order.ts'

let upstream: ManagedProcess
let origin: string

const order = (wanted: UpstreamOrder): Promise<UpstreamCounts> => ask(upstream, wanted)

const chat = (body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(`${origin}${CHAT_PATH}`, { method: 'POST', body: JSON.stringify(body), signal: signal ?? null })

const dataLines = (text: string): string[] => text.split('\n\n').filter(frame => frame.startsWith('data: '))

/** Repeats the question until the answer is the expected one; the test's own time limit ends it otherwise. */
async function untilOpen(streams: number): Promise<UpstreamCounts> {
  for (;;) {
    const counts = await order({ kind: 'count' })
    if (counts.openStreams === streams) return counts
    await sleep(10)
  }
}

beforeAll(async () => {
  upstream = startModule('upstream/main.ts')
  const { ports } = await order({ kind: 'pace', ms: 1 })
  origin = `http://127.0.0.1:${ports.large}`
})
afterAll(() => upstream.stop())

describe('upstream', () => {
  it('answers a chat request with a completion and its usage', async () => {
    const before = await order({ kind: 'count' })
    const response = await chat({ model: 'm' })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ object: 'chat.completion', usage: { total_tokens: 185 } })
    expect((await order({ kind: 'count' })).served.large).toBe(before.served.large + 1)
  })

  it('streams exactly the asked number of chunks and then [DONE]', async () => {
    const lines = dataLines(await (await chat({ stream: true })).text())
    expect(lines).toHaveLength(STREAM_CHUNKS + 1)
    expect(lines.at(-1)).toBe('data: [DONE]')
    expect(lines.at(-2)).toContain('"finish_reason":"stop"')
  })

  it('adds one usage chunk when it is asked for', async () => {
    const response = await chat({ stream: true, stream_options: { include_usage: true } })
    const lines = dataLines(await response.text())
    expect(lines).toHaveLength(STREAM_CHUNKS + 2)
    expect(lines.at(-2)).toContain('"completion_tokens":98')
  })

  it('answers 404 elsewhere', async () => {
    expect((await fetch(`${origin}/v1/models`)).status).toBe(404)
  })

  it('counts streams that are open, forgets one whose client left, and ends the rest on order', async () => {
    await order({ kind: 'pace', ms: 50 })
    const leaving = new AbortController()
    const staying = await chat({ stream: true })
    const left = await chat({ stream: true }, leaving.signal)
    expect((await order({ kind: 'count' })).openStreams).toBe(2)
    leaving.abort()
    await expect(left.text()).rejects.toThrow('aborted')
    await untilOpen(1)
    const ended = await order({ kind: 'end streams' })
    expect([ended.openStreamsBefore, ended.openStreams]).toEqual([1, 0])
    expect(dataLines(await staying.text()).at(-1)).toBe('data: [DONE]')
  })
})
