// How the gateway stops: no new connections, open requests finish within the time given, and nothing recorded is lost.
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { chat, requestIdOf } from '../robustness/chat.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'

const sim = await startProvider()

const start = (args: readonly string[] = [], workers = 1) =>
  startGateway({
    config: {
      version: 1,
      providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
      models: { 'sim/large': {} },
      routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } } },
      keys: [testKey],
    },
    args,
    workers,
  })

/** A stream of some 1.5 s. */
const SLOW = { 'x-sim': 'output_tokens=300; tokens_per_chunk=1; tokens_per_second=200; speed=1' }
const HANGING = { 'x-sim': 'output_tokens=50; hang=mid' }

/** Opens a stream and waits for its first bytes; `text` resolves with all of it, `'cut'` when the connection broke. */
async function openStream(gateway: RunningGateway, headers: Readonly<Record<string, string>>) {
  const response = await chat(gateway.url, { stream: true, headers })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  const first = await reader.read()
  const rest = async () => {
    let text = decoder.decode(first.value)
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read())
        text += decoder.decode(part.value)
      return text
    } catch {
      return 'cut'
    }
  }
  return { id: requestIdOf(response), text: rest() }
}

/** Whether a new connection to the gateway is refused. */
function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect({ host: hostname, port: Number(port) })
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}

it.each(['SIGTERM', 'SIGINT'] as const)('finishes open streams on %s and ends with 0', async signal => {
  const gateway = await start()
  const streams = await Promise.all([1, 2, 3].map(() => openStream(gateway, SLOW)))
  const ended = gateway.stop(signal)
  await until('the drain', () => gateway.program.stderr().includes('finishing open requests'))
  for (const { text } of streams) expect(await text).toContain('[DONE]')
  const result = await ended
  expect(result).toMatchObject({ code: 0, signal: null })
  expect(result.stderr).toContain('"msg":"stopped"')
  const events = gateway.events()
  expect(events).toHaveLength(streams.length)
  expect(new Map(events.map(event => [event.request_id, event.outcome]))).toEqual(
    new Map(streams.map(({ id }) => [id, 'ok'])),
  )
})

it('takes no new connections meanwhile, and refuses what comes over old ones with 503', async () => {
  const gateway = await start()
  const hanging = await openStream(gateway, HANGING)
  // The connection of this answered request stays open for the next.
  const keptAlive = await chat(gateway.url)
  await keptAlive.text()
  const ended = gateway.stop()
  await until('the drain', () => gateway.program.stderr().includes('finishing open requests'))
  for (let refused = false; !refused; ) refused = await isRefused(gateway.url)
  // Either the idle connection is closed already, or its request is told to go elsewhere.
  const late = await chat(gateway.url).catch(() => 'refused' as const)
  if (late !== 'refused') expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1'])
  gateway.program.process.kill('SIGKILL')
  await ended
  expect(await hanging.text).toBe('cut')
})

it('cuts what is still open after --drain-timeout, and records that too', async () => {
  const gateway = await start(['--drain-timeout', '500ms'])
  const streams = await Promise.all([1, 2, 3].map(() => openStream(gateway, HANGING)))
  expect(await gateway.stop()).toMatchObject({ code: 0, signal: null })
  for (const { text } of streams) expect(await text).toBe('cut')
  const events = gateway.events()
  expect(events.map(event => event.request_id).toSorted()).toEqual(streams.map(({ id }) => id).toSorted())
  for (const event of events) expect(event).toMatchObject({ outcome: 'cancelled', status: 200 })
})

it('ends at once when nothing is open, though clients keep their connections', async () => {
  const gateway = await start(['--drain-timeout', '60s'], 2)
  await Promise.all([1, 2, 3, 4].map(async () => (await chat(gateway.url)).text()))
  expect(await gateway.stop()).toMatchObject({ code: 0, signal: null })
})

it('ends at the second signal', async () => {
  const gateway = await start()
  const hanging = await openStream(gateway, HANGING)
  gateway.program.process.kill('SIGINT')
  await until('the drain', () => gateway.program.stderr().includes('finishing open requests'))
  gateway.program.process.kill('SIGINT')
  expect(await gateway.program.ended).toMatchObject({ code: 130 })
  expect(await hanging.text).toBe('cut')
})
