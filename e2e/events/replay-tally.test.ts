// The Azure trace of LLM inference, replayed through a program with the event store on: the request log and the replay,
// which counts what it got back by itself, agree to the last token and nano-dollar.
import type { ConfigInput } from '@weir/core/config'
import { expect, it } from 'vitest'
import { findRealTrace } from '../../packages/server/src/replay/fixtures/real-traces.ts'
import type { ReplayReport } from '../../packages/server/src/replay/report.ts'
import { controlOf, listAll } from '../control/control-client.ts'
import { startStoreGateway } from '../control/store-gateway.ts'
import { runProgram } from '../support/program.ts'
import { startProvider } from '../support/simulated-provider.ts'

const REQUESTS = 6000
/** The trace has five requests a second: here they are hundreds. */
const SPEED = 60

const split = {
  variants: [
    { id: 'large', model: 'sim/large', weight: 80 },
    { id: 'small', model: 'sim/small', weight: 20 },
  ],
}

interface Group {
  readonly values: { readonly route: string; readonly assigned: string; readonly target: string }
  readonly requests: number
  readonly errors: number
  readonly unpriced: number
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  readonly cost_nano_usd: number
}

const trace = findRealTrace('azure_llm_2023_conv.csv')

it.skipIf(trace === null)(
  'a replay and the request log agree on everything',
  { timeout: 240_000 },
  async () => {
    const sim = await startProvider()
    const config: ConfigInput = {
      version: 1,
      providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
      models: {
        'sim/large': { price: { input: 2.5, cached_input: 0.25, output: 10 } },
        'sim/small': { price: { input: 0.15, cached_input: 0.015, output: 0.6 } },
      },
      routers: { demo: { default_route: { split } } },
      keys: [{ id: 'app', secret: { env: 'WEIR_KEY' } }],
    }
    const gateway = await startStoreGateway({ config, eventStore: 'duckdb', workers: 1 })
    const of = { '--url': gateway.url, '--key': gateway.key, '--units': 1000, '--seed': 7 }
    const how = { ...of, '--limit': REQUESTS, '--speed': SPEED, '--concurrency': 256 }
    const options = Object.entries(how).flatMap(([name, value]) => [name, String(value)])
    const { code, stdout, stderr } = await runProgram(['replay', trace ?? '', ...options, '--json'])
    expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
    const report = JSON.parse(stdout) as ReplayReport
    expect(report.requests).toEqual({ sent: REQUESTS, answered: REQUESTS, failed: 0 })
    const control = controlOf(gateway)
    await control('POST', '/events/settle')

    // A replay reads the split before and after.
    const listings = await listAll(control, '/requests?endpoint=/v1/models')
    const all = await listAll(control, '/requests')
    expect([listings.length, all.length]).toEqual([2, REQUESTS + 2])
    const recorded = await listAll(control, '/requests?router=demo')
    expect(recorded.map(event => String(event.request_id)).toSorted()).toEqual(report.request_ids?.toSorted())
    const { json } = await control('GET', '/requests/groups?router=demo&by=route,assigned,target&sort=values')
    const variants = report.routes.flatMap(({ route, variants }) =>
      variants.map(variant => ({ route, ...variant })),
    )
    expect(variants.every(({ requests }) => requests > 0)).toBe(true)
    expect((json.groups as Group[]).map(counted)).toEqual(
      variants.map(({ route, variant, model, requests, tokens, cost_nano_usd }) => ({
        values: { route, assigned: variant, target: model },
        requests,
        errors: 0,
        unpriced: 0,
        cost_nano_usd,
        input_tokens: tokens.input,
        cached_input_tokens: tokens.cached_input,
        output_tokens: tokens.output,
      })),
    )
    expect(json.total).toMatchObject({ requests: REQUESTS, errors: 0 })
    console.log(
      `${REQUESTS} requests of ${report.trace.requests}:`,
      ...variants.map(
        ({ variant, requests, tokens, cost_nano_usd }) =>
          `${variant} ${requests} requests, ${tokens.input} + ${tokens.output} tokens, ${cost_nano_usd} nano-USD;`,
      ),
    )
  },
)

/** What both sides count. */
function counted(group: Group): Group {
  const { values, requests, errors, unpriced, cost_nano_usd } = group
  const { input_tokens, cached_input_tokens, output_tokens } = group
  return {
    values,
    requests,
    errors,
    unpriced,
    cost_nano_usd,
    input_tokens,
    cached_input_tokens,
    output_tokens,
  }
}
