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

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${origin}${path}`, { method: 'POST', body: JSON.stringify(body) })

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

  it('answers a messages request with a message and its usage', async () => {
    const message = await (await post('/v1/messages', { model: 'm' })).json()
    expect(message).toMatchObject({ type: 'message', stop_reason: 'end_turn', usage: { output_tokens: 98 } })
  })

  it('streams a message event by event, with as many pieces of text as a chat answer has', async () => {
    const text = await (await post('/v1/messages', { stream: true })).text()
    const events = text.split('\n\n').flatMap(frame => /^event: (\w+)\ndata: /.exec(frame)?.[1] ?? [])
    const deltas = Array.from({ length: STREAM_CHUNKS - 2 }, () => 'content_block_delta')
    const opening = ['message_start', 'content_block_start', 'ping']
    expect(events).toEqual([...opening, ...deltas, 'content_block_stop', 'message_delta', 'message_stop'])
  })

  it('answers in Gemini’s format, whole and with as many pieces of text as a chat answer has', async () => {
    const whole = await (await post('/v1beta/models/large:generateContent', {})).json()
    expect(whole).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { totalTokenCount: 185 },
    })
    const streamed = await post('/v1beta/models/large:streamGenerateContent?alt=sse', {})
    const lines = dataLines(await streamed.text())
    expect(lines.map(line => line.includes('"text":" word"'))).toEqual(lines.map(() => true))
    expect(lines.map(line => line.includes('"finishReason"')).indexOf(true)).toBe(STREAM_CHUNKS - 3)
    expect(lines).toHaveLength(STREAM_CHUNKS - 2)
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
