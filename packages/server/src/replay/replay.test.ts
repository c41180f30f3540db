import { describe, expect, it, onTestFinished } from 'vitest'
import { type Clock, systemClock } from './clock.ts'
import { type FakeGatewaySettings, fakeKey, listModels, startFakeGateway } from './fixtures/fake-gateway.ts'
import { findRealTrace } from './fixtures/real-traces.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'
import { type ReplaySettings, replay } from './replay.ts'

/** Real time for what is measured, but nobody waits for a request's due time. */
const impatient: Clock = { now: systemClock.now, sleep: (_ms, signal) => systemClock.sleep(0, signal) }

const never = new AbortController().signal

async function start(settings: FakeGatewaySettings = {}) {
  const fake = await startFakeGateway(settings)
  onTestFinished(() => fake.close())
  return fake
}

function settingsOf(trace: string, url: URL, changes: Partial<ReplaySettings> = {}): ReplaySettings {
  return {
    trace,
    url,
    key: fakeKey,
    model: 'demo',
    speed: 1,
    limit: Infinity,
    concurrency: 8,
    streamShare: 0.5,
    tokensPerChunk: 16,
    units: 50,
    seed: 1,
    timeoutMs: 60_000,
    ...changes,
  }
}

function run(settings: ReplaySettings, signal = never) {
  return replay(settings, { clock: impatient, signal, onStart: () => () => undefined })
}

function csv(rows: number): string {
  const lines = Array.from(
    { length: rows },
    (_, i) => `2023-11-16 18:15:${String(i % 60).padStart(2, '0')},${3 + (i % 5)},4`,
  )
  return ['TIMESTAMP,ContextTokens,GeneratedTokens', ...lines.sort()].join('\n')
}

describe('a replay', () => {
  it('sends every request once and reports what came back', async () => {
    const fake = await start()
    const report = await run(settingsOf(await temporaryFile(csv(60)), fake.url))
    expect(fake.sent).toHaveLength(60)
    expect(report.requests).toEqual({ sent: 60, answered: 60, failed: 0 })
    expect(report.request_ids?.toSorted()).toEqual(fake.sent.map((_, i) => `req-${i}`).toSorted())
    const [route] = report.routes
    expect(route?.units.crossed).toBe(0)
    expect(route?.units.total).toBe(new Set(fake.sent.map(({ body }) => body.user)).size)
    const words = fake.sent.flatMap(({ body }) => body.messages[0]?.content.split(' ') ?? [])
    expect(route?.variants.reduce((total, { tokens }) => total + tokens.input, 0)).toBe(words.length)
    expect(route?.variants.reduce((total, { tokens }) => total + tokens.output, 0)).toBe(4 * 60)
    expect(report.unassigned).toBeNull()
  })

  it('sends the same requests for the same seed', async () => {
    const trace = await temporaryFile(csv(40))
    const bodiesOf = async (seed: number) => {
      const fake = await start()
      // One at a time, so that they arrive in the order they were sent.
      await run(settingsOf(trace, fake.url, { seed, concurrency: 1 }))
      return fake.sent.map(({ body }) => body)
    }
    const first = await bodiesOf(5)
    expect(await bodiesOf(5)).toEqual(first)
    expect(await bodiesOf(6)).not.toEqual(first)
    expect(first.some(body => body.stream) && first.some(body => !body.stream)).toBe(true)
  })

  it('never has more in flight than asked', async () => {
    const limit = 5
    const full = Promise.withResolvers<void>()
    const fake = await start({
      hold: inFlight => {
        if (inFlight >= limit) full.resolve()
        return full.promise
      },
    })
    const report = await run(settingsOf(await temporaryFile(csv(60)), fake.url, { concurrency: limit }))
    expect(fake.peakInFlight()).toBe(limit)
    expect(report.pace.peak_in_flight).toBe(limit)
    expect(report.requests.answered).toBe(60)
  })

  it('counts every class of failure and keeps going', async () => {
    const behaviours = [
      'answer',
      'refuse_429',
      'error_event',
      'no_done',
      'stream_cut',
      'malformed_event',
      'reset',
      'html',
    ] as const
    const fake = await start({ behave: (_request, i) => behaviours[i % behaviours.length] ?? 'answer' })
    const report = await run(
      settingsOf(await temporaryFile(csv(40)), fake.url, { streamShare: 1, concurrency: 1 }),
    )
    expect(report.requests).toEqual({ sent: 40, answered: 5, failed: 35 })
    expect(Object.fromEntries(report.errors.map(error => [error.class, error.count]))).toEqual({
      http_429: 5,
      stream_error: 5,
      stream_no_done: 5,
      stream_cut: 5,
      stream_malformed: 5,
      reset: 5,
      bad_answer: 5,
    })
    // Where the connection was lost first, nothing said which variant it was.
    expect(report.unassigned?.requests).toBe(5)
  })

  it('reports units that saw more than one variant', async () => {
    const fake = await start({ assign: (_request, i) => (i % 2 === 0 ? 'large' : 'small') })
    const report = await run(settingsOf(await temporaryFile(csv(40)), fake.url, { units: 1, concurrency: 1 }))
    expect(report.routes[0]?.units).toEqual({ total: 1, by_kind: { user: 1 }, crossed: 1 })
  })

  it('counts requests as units where requests decided, though they carry a user', async () => {
    const fake = await start({
      unitKind: 'request',
      assign: (_request, i) => (i % 2 === 0 ? 'large' : 'small'),
    })
    const report = await run(settingsOf(await temporaryFile(csv(40)), fake.url, { units: 1 }))
    expect(report.routes[0]?.units).toEqual({ total: 40, by_kind: { request: 40 }, crossed: 0 })
    expect(report.routes[0]?.share_check).toMatchObject({ kind: 'checked', p: 1 })
  })

  it('sends no user without units, and then every made-up prompt is its own conversation', async () => {
    const fake = await start()
    const report = await run(settingsOf(await temporaryFile(csv(40)), fake.url, { units: null }))
    expect(fake.sent.every(({ body }) => body.user === undefined)).toBe(true)
    expect(report.routes[0]?.units).toEqual({ total: 40, by_kind: { conversation: 40 }, crossed: 0 })
  })

  it('does not test shares that were changed while it ran', async () => {
    const fake = await start({ models: asked => (asked === 0 ? listModels(0.5, 0.5) : listModels(0.9, 0.1)) })
    const report = await run(settingsOf(await temporaryFile(csv(40)), fake.url))
    expect(report.routes[0]?.share_check).toEqual({ kind: 'split_changed' })
  })

  it('sends nothing when a line of the trace is bad, wherever it stands', async () => {
    const fake = await start()
    const trace = await temporaryFile(`${csv(40)}\nnonsense,1,1\n`)
    await expect(run(settingsOf(trace, fake.url))).rejects.toThrow(/trace:42: TIMESTAMP/)
    expect(fake.sent).toHaveLength(0)
  })

  it('sends nothing to a router that is not listed', async () => {
    const fake = await start()
    const settings = settingsOf(await temporaryFile(csv(3)), fake.url, { model: 'nowhere' })
    await expect(run(settings)).rejects.toThrow(/does not list the model "nowhere"/)
    expect(fake.sent).toHaveLength(0)
  })

  it('that is interrupted reports what there is', async () => {
    const interrupt = new AbortController()
    const fake = await start({ behave: (_request, i) => (i < 10 ? 'answer' : 'hang') })
    const running = run(settingsOf(await temporaryFile(csv(60)), fake.url), interrupt.signal)
    await expect.poll(() => fake.sent.length).toBe(18)
    interrupt.abort()
    const report = await running
    expect(report).toMatchObject({ interrupted: true, requests: { sent: 18, answered: 10, failed: 8 } })
    expect(report.errors).toEqual([{ class: 'cancelled', count: 8, example: 'the replay was interrupted' }])
  })

  it('keeps to the times of the trace, divided by the speed', async () => {
    const fake = await start()
    const trace = await temporaryFile(csv(5))
    const report = await replay(settingsOf(trace, fake.url, { speed: 40 }), {
      clock: systemClock,
      signal: never,
      onStart: () => () => undefined,
    })
    expect(report.pace.planned_ms).toBe(100)
    expect(report.pace.actual_ms).toBeGreaterThan(95)
  })

  it('takes recorded chats, and is unpaced when they have no times', async () => {
    const fake = await start()
    const line =
      '{"model": "gpt", "user": "ada", "messages": [{"role": "user", "content": "a b c"}], "seed": 4}\n'
    const report = await run(settingsOf(await temporaryFile(line.repeat(12)), fake.url, { units: null }))
    expect(fake.sent[0]?.body).toMatchObject({ model: 'demo', user: 'ada', seed: 4 })
    expect(report.pace.verdict).toBe('unpaced')
    expect(report.routes[0]?.units).toMatchObject({ total: 1, by_kind: { user: 1 } })
  })
})

const conversations = findRealTrace('azure_llm_2023_conv.csv')
const mooncake = findRealTrace('mooncake_conversation.jsonl')

describe.skipIf(conversations === null || mooncake === null)('a replay of published traces', () => {
  it.each([
    ['azure', conversations ?? '', 300],
    ['mooncake', mooncake ?? '', 60],
  ])('of %s sends prompts of the recorded lengths', async (format, trace, limit) => {
    const fake = await start()
    const report = await run(settingsOf(trace, fake.url, { limit }))
    expect(report).toMatchObject({ trace: { format, requests: limit }, requests: { answered: limit } })
    for (const { body, headers } of fake.sent) {
      expect(headers['x-sim']).toBe(
        `output_tokens=${Number(body['max_tokens'])}; tokens_per_chunk=16; speed=1`,
      )
    }
  })
})
