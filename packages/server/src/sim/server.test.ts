import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { defaultSimConfig, type SimConfig, simConfigSchema } from './config.ts'
import { openRequestLog } from './request-log.ts'
import { type Sim, startSim } from './server.ts'
import type { SimWorkerReady } from './worker.ts'

let running: Sim[] = []
const start = async (config: SimConfig) => {
  const sim = await startSim(config)
  running.push(sim)
  return sim
}
afterEach(async () => {
  await Promise.all(running.map(sim => sim.close()))
  running = []
})

const chat = (sim: Sim, content: string, more: object = {}, headers: Record<string, string> = {}) =>
  fetch(`${sim.url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more }),
  })

const answerOf = async (sim: Sim, content: string) => {
  const { created: _, ...answer } = (await (await chat(sim, content)).json()) as Record<string, unknown>
  return answer
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5))
}

const configOf = (model: object, more: object = {}) =>
  simConfigSchema.parse({ seed: 5, speed: 10_000, models: { m: model }, ...more })

describe('determinism', () => {
  it('answers the same requests the same for a seed, in whatever order they come', async () => {
    const [left, right] = [await start(configOf({})), await start(configOf({}))]
    const prompts = ['one', 'two', 'one', 'three', 'one']
    const forwards: unknown[] = []
    for (const prompt of prompts) forwards.push([prompt, await answerOf(left, prompt)])
    const backwards: unknown[] = []
    for (const prompt of prompts.toReversed()) backwards.push([prompt, await answerOf(right, prompt)])
    const sorted = (answers: unknown[]) =>
      answers.map(answer => JSON.stringify(answer)).toSorted((a, b) => a.localeCompare(b))
    expect(sorted(backwards)).toEqual(sorted(forwards))
    expect(new Set(sorted(forwards)).size).toBe(5)
  })

  it('answers otherwise for another seed', async () => {
    const [left, right] = [await start(configOf({})), await start(configOf({}, { seed: 6 }))]
    expect(await answerOf(left, 'one')).not.toEqual(await answerOf(right, 'one'))
  })

  it('changes nothing but what a directive names', async () => {
    const [left, right] = [await start(configOf({})), await start(configOf({}))]
    const plain = (await (await chat(left, 'one')).json()) as object
    const timed = (await (await chat(right, 'one', {}, { 'x-sim': 'ttft_ms=1;comment' })).json()) as object
    expect({ ...timed, created: 0 }).toEqual({ ...plain, created: 0 })
  })
})

describe('rates', () => {
  const COUNT = 600

  const tally = async (model: object, more: object = {}) => {
    const sim = await start(configOf({ output_tokens: { median: 5 }, ...model }))
    const answers = await Promise.all(
      Array.from({ length: COUNT }, async (_, index) => {
        const answer = await chat(sim, `prompt ${index}`, more)
        return {
          status: answer.status,
          retryAfter: answer.headers.get('retry-after'),
          text: await answer.text(),
        }
      }),
    )
    return answers
  }
  /** Within four standard deviations of a binomial; the seed is fixed, so it holds always or never. */
  const expectShare = (hits: number, share: number) =>
    expect(Math.abs(hits - COUNT * share)).toBeLessThan(4 * Math.sqrt(COUNT * share * (1 - share)))

  it('draws errors in their shares, 429 with retry-after', async () => {
    const answers = await tally({
      rates: { error_429: 0.2, error_500: 0.1, error_503: 0.05 },
      retry_after_s: 3,
    })
    const count = (status: number) => answers.filter(answer => answer.status === status).length
    expectShare(count(429), 0.2)
    expectShare(count(500), 0.1)
    expectShare(count(503), 0.05)
    expect(count(200) + count(429) + count(500) + count(503)).toBe(COUNT)
    expect(answers.every(({ status, retryAfter }) => retryAfter === (status === 429 ? '3' : null))).toBe(true)
  })

  it('draws refusals and tool calls in their shares', async () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    const answers = await tally({ rates: { refusal: 0.25, tool_call: 0.4 } }, { tools })
    expectShare(answers.filter(({ text }) => text.includes('sorry')).length, 0.25)
    expectShare(answers.filter(({ text }) => text.includes('"tool_calls"')).length, 0.4 * 0.75)
  })

  it('draws output lengths with the median told', async () => {
    const answers = await tally({ output_tokens: { median: 40, sigma: 0.5 } })
    const lengths = answers.map(
      ({ text }) => (JSON.parse(text) as { usage: { completion_tokens: number } }).usage.completion_tokens,
    )
    expectShare(lengths.filter(length => length < 40.5).length, 0.51)
    // 40 * e^0.5 is one standard deviation up.
    expectShare(lengths.filter(length => length > 65.5).length, 0.162)
  })

  it('breaks streams and leaves whole answers alone', async () => {
    const sim = await start(configOf({ rates: { stream_break: 1 } }))
    expect((await chat(sim, 'one')).status).toBe(200)
    const streamed = await chat(sim, 'one', { stream: true })
    await expect(streamed.text()).rejects.toThrow()
    expect(sim.stats.breaks).toBe(1)
  })

  it('lets the header silence what the rates would do', async () => {
    const sim = await start(configOf({ rates: { hang: 1 } }))
    expect((await chat(sim, 'one', {}, { 'x-sim': 'error=418' })).status).toBe(418)
  })
})

describe('what tests can see', () => {
  it('records requests with their bytes and headers', async () => {
    const sim = await start(configOf({}))
    await chat(sim, 'ünï', {}, { 'x-mark': 'yes' })
    const [seen] = sim.requests
    expect(seen).toMatchObject({ method: 'POST', path: '/v1/chat/completions', headers: { 'x-mark': 'yes' } })
    expect(JSON.parse(seen?.body.toString() ?? '')).toMatchObject({ messages: [{ content: 'ünï' }] })
    expect(sim.stats).toMatchObject({ requests: 1, models: { m: 1 } })
  })

  it('keeps the last requests within number and bytes', () => {
    const log = openRequestLog(3, 10)
    const add = (path: string, bytes: number) =>
      log.add({ method: 'GET', path, headers: {}, body: Buffer.alloc(bytes) })
    for (const path of ['a', 'b', 'c', 'd']) add(path, 1)
    expect(log.requests.map(({ path }) => path)).toEqual(['b', 'c', 'd'])
    add('e', 9)
    expect(log.requests.map(({ path }) => path)).toEqual(['d', 'e'])
    add('f', 50)
    expect(log.requests.map(({ path }) => path)).toEqual(['f'])
  })

  it('counts open streams, and those whose client left', async () => {
    const sim = await start(configOf({}, { speed: 1 }))
    const leave = new AbortController()
    const slow = { 'x-sim': 'ttft_ms=0;output_tokens=1000;tokens_per_second=10' }
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        fetch(`${sim.url}/v1/chat/completions`, {
          method: 'POST',
          headers: slow,
          body: JSON.stringify({
            model: 'm',
            stream: true,
            messages: [{ role: 'user', content: `${index}` }],
          }),
          signal: leave.signal,
        }),
      ),
    )
    expect(answers.every(answer => answer.status === 200)).toBe(true)
    expect(sim.openStreams()).toBe(5)
    leave.abort()
    await until(() => sim.openStreams() === 0)
    expect(sim.abortedStreams()).toBe(5)
  })

  it('does not count finished streams as left', async () => {
    const sim = await start(configOf({}))
    await (await chat(sim, 'one', { stream: true })).text()
    await until(() => sim.openStreams() === 0)
    expect([sim.abortedStreams(), sim.stats.aborted, sim.stats.streams]).toEqual([0, 0, 1])
  })
})

describe('load', () => {
  it('holds two thousand open streams and ends them all at once on close', async () => {
    const sim = await startSim({ ...defaultSimConfig, speed: 1 })
    const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })
    const body = JSON.stringify({ model: 'large', stream: true, messages: [{ role: 'user', content: 'x' }] })
    const headers = { 'x-sim': 'ttft_ms=0;output_tokens=200;tokens_per_second=1' }
    const open = Array.from({ length: 2000 }, async () => {
      const outgoing = request(`${sim.url}/v1/chat/completions`, { method: 'POST', headers, agent })
      outgoing.end(body)
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
      await once(incoming, 'data')
      return incoming.resume()
    })
    const streams = await Promise.all(open)
    expect(sim.openStreams()).toBe(2000)
    const broken = Promise.all(streams.map(stream => once(stream, 'error')))
    await sim.close()
    await broken
    expect(streams.every(stream => stream.destroyed)).toBe(true)
    agent.destroy()
  })

  it('waits for a slow reader instead of buffering the answer', async () => {
    const sim = await start(configOf({}, { speed: 1_000_000 }))
    const outgoing = request(`${sim.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-sim': 'output_tokens=300000;ttft_ms=0' },
      agent: false,
    })
    outgoing.end(JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] }))
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    incoming.pause()
    await new Promise(resolve => setTimeout(resolve, 300))
    const held = sim.stats.frames
    expect(held).toBeLessThan(250_000)
    let text = ''
    incoming.on('data', (part: Buffer) => {
      text = (text + part.toString()).slice(-100)
    })
    incoming.resume()
    await once(incoming, 'end')
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
    expect(sim.stats.frames).toBe(300_003)
  })
})

describe('the worker', () => {
  it('serves from a thread of its own and ends when told', async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { config: configOf({}) },
    })
    const [ready] = (await once(worker, 'message')) as [SimWorkerReady]
    const answer = await fetch(`${ready.url}/v1/models`)
    expect(await answer.json()).toMatchObject({ data: [{ id: 'm' }] })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage('close')
    expect(await once(worker, 'exit')).toEqual([0])
  })
})
