// The provider dies with hundreds of streams open: every client gets an answer, a fallback or an error event.
import { expect, it } from 'vitest'
import { startGateway, testKey } from '../support/gateway.ts'
import { type Program, startProgram } from '../support/program.ts'
import { startProvider } from '../support/simulated-provider.ts'
import { until } from '../support/until.ts'
import { chat, requestIdOf } from './chat.ts'
import { residentMebibytes } from './memory.ts'

const STREAMS = 200

/** `weir sim` as a process of its own, which can be killed. */
async function startSimProgram(): Promise<{ program: Program; url: string }> {
  const program = startProgram(['sim', '--port', '0'])
  const url = await until('the provider', () => /http:\/\/[\d.:]+/.exec(program.stdout())?.[0])
  return { program, url }
}

/** A stream that says a little at once and then takes minutes. */
const LONG = 'output_tokens=1000; tokens_per_chunk=1; ttft_ms=1; tokens_per_second=4; speed=1'
/** A stream that has not said anything yet. */
const SILENT = 'hang=first_token'

it('leaves no client hanging when the provider is killed, and serves on', async () => {
  const { program: provider, url } = await startSimProgram()
  const standIn = await startProvider()
  const gateway = await startGateway({
    config: {
      version: 1,
      providers: {
        mortal: { type: 'openai', base_url: `${url}/v1` },
        sim: { type: 'openai', base_url: `${standIn.url}/v1` },
      },
      models: { 'mortal/large': {}, 'sim/large': {} },
      routers: {
        alone: { default_route: { split: { variants: [{ id: 'mortal', model: 'mortal/large' }] } } },
        backed: {
          default_route: {
            split: {
              variants: [
                { id: 'mortal', model: 'mortal/large', headers: { 'x-sim': SILENT } },
                { id: 'sim', model: 'sim/large', priority: 1, headers: { 'x-sim': '' } },
              ],
            },
          },
        },
      },
      keys: [testKey],
    },
  })
  const memory = () => residentMebibytes(gateway.program.process.pid) ?? 0
  await Promise.all(
    Array.from({ length: STREAMS }, async () =>
      (
        await chat(gateway.url, {
          model: 'sim/large',
          stream: true,
          headers: { 'x-sim': 'output_tokens=200' },
        })
      ).text(),
    ),
  )
  const before = memory()

  const talking = Array.from({ length: STREAMS / 2 }, () =>
    chat(gateway.url, { model: 'alone', stream: true, headers: { 'x-sim': LONG } }),
  )
  const silent = Array.from({ length: STREAMS / 4 }, () =>
    chat(gateway.url, { model: 'backed', stream: true }),
  )
  const unanswered = Array.from({ length: STREAMS / 4 }, () =>
    chat(gateway.url, { model: 'alone', headers: { 'x-sim': 'hang=headers' } }),
  )
  const opened = await Promise.all(talking)
  const healthy = async () =>
    ((await (await fetch(`${gateway.url}/healthz`)).json()) as { running: number }).running
  while ((await healthy()) < STREAMS) await new Promise(resolve => setTimeout(resolve, 10))
  provider.process.kill('SIGKILL')

  // The stream had begun: it ends with an error event, and no other model is spliced in.
  for (const response of opened) {
    const text = await response.text()
    expect(text).toContain('"code":"stream_broken"')
    expect(text).not.toContain('[DONE]')
    expect(await gateway.event(requestIdOf(response))).toMatchObject({ outcome: 'stream_broken' })
  }
  // It had not: another target stands in, unseen.
  for (const response of await Promise.all(silent)) {
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('[DONE]')
    expect(await gateway.event(requestIdOf(response))).toMatchObject({
      assigned: 'mortal',
      served: 'sim',
      outcome: 'ok',
    })
  }
  // There is no other: a clear error.
  for (const response of await Promise.all(unanswered)) {
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      error: { code: expect.stringMatching(/^upstream_(reset|unreachable)$/) },
    })
  }
  expect(gateway.events()).toHaveLength(2 * STREAMS)
  const next = await chat(gateway.url, { model: 'backed' })
  expect([next.status, next.headers.get('x-weir-served')]).toEqual([200, 'sim'])
  // Loose, since a heap returns its memory when it likes: what 200 streams need is not kept twice.
  expect(memory()).toBeLessThan(before + 60)
})
