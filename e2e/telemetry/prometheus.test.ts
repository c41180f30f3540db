// A real Prometheus scrapes a gateway under traffic of every kind, with the rules and the dashboard of the docs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { callerOf } from '../support/caller.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { openLedger } from '../support/ledger.ts'
import { REPOSITORY } from '../support/program.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import { startProvider } from '../support/simulated-provider.ts'
import {
  ALERT_RULES,
  missingPrometheus,
  type PrometheusServer,
  runPromtool,
  startPrometheus,
} from './prometheus-server.ts'

const REQUESTS = 200
const DASHBOARD = join(REPOSITORY, 'docs/grafana/weir.json')

const missing = missingPrometheus()
if (missing !== undefined) console.warn(`the tests with a real Prometheus are skipped: ${missing}`)

describe.skipIf(missing !== undefined)('a real Prometheus', () => {
  let gateway: RunningGateway
  let prometheus: PrometheusServer
  let controlUrl: string
  /** Requests to the router `chat` by the variant that served them, as the answers say. */
  const tally: Record<string, number> = {}

  beforeAll(async () => {
    gateway = await startBusyGateway()
    const connection = readFileSync(join(gateway.dataDir, 'connection.json'), 'utf8')
    ;({ controlUrl } = JSON.parse(connection) as { controlUrl: string })
    prometheus = await startPrometheus(new URL(controlUrl).host)
    // A scrape before the traffic, so that rates see all of it.
    await untilSample('weir_requests_total{router="chat"}', samples => samples.length > 0)
    await sendTraffic(gateway, tally)
    // What was sent last has been scraped twice, so that it has a rate.
    const last = 'count_over_time(weir_request_errors_total{error="key_unknown"}[1m])'
    await untilSample(last, samples => (samples[0]?.value ?? 0) >= 2)
  }, 60_000)

  async function untilSample(
    expression: string,
    holds: (samples: Awaited<ReturnType<PrometheusServer['query']>>) => boolean,
  ): Promise<void> {
    const deadline = performance.now() + 20_000
    for (;;) {
      const samples = await prometheus.query(expression)
      if (holds(samples)) return
      if (performance.now() > deadline) throw new Error(`${expression}: ${JSON.stringify(samples)}`)
      await new Promise(resolve => setTimeout(resolve, 200))
    }
  }

  it('scrapes without a warning', async () => {
    const { activeTargets } = (await prometheus.api('/targets')) as {
      readonly activeTargets: readonly { readonly health: string; readonly lastError: string }[]
    }
    expect(activeTargets).toMatchObject([{ health: 'up', lastError: '' }])
    expect(prometheus.complaints()).toEqual([])
  })

  it('answers with the share per variant that the traffic had', async () => {
    const counted = await prometheus.query(
      'sum by (assigned) (weir_requests_total{router="chat",reason="split"}) / ignoring (assigned) group_left () sum(weir_requests_total{router="chat",reason="split"})',
    )
    const shares = Object.entries(tally).map(([variant, count]) => [variant, count / REQUESTS])
    expect(Object.keys(tally).toSorted()).toEqual(['large', 'small'])
    expect(Object.fromEntries(counted.map(({ metric, value }) => [metric.assigned, value]))).toEqual(
      Object.fromEntries(shares),
    )
  })

  it('records the same share by the rule of the docs', async () => {
    const rule = 'weir:variant_share:ratio_rate5m{router="chat"}'
    await untilSample(rule, samples =>
      samples.every(({ metric, value }) => {
        const count = tally[metric.assigned ?? ''] ?? 0
        return Math.abs(value - count / REQUESTS) < 1e-9
      }),
    )
    const recorded = await prometheus.query(rule)
    expect(new Set(recorded.map(({ metric }) => metric.assigned))).toEqual(new Set(['large', 'small']))
  })

  it('finds metrics and rules as its conventions have them', async () => {
    const metrics = await (await fetch(`${new URL(controlUrl).origin}/metrics`)).text()
    expect(await runPromtool(['check', 'metrics'], metrics)).toEqual({ code: 0, output: '' })
    expect(await runPromtool(['check', 'rules', ALERT_RULES])).toMatchObject({ code: 0 })
  })

  it('has evaluated every rule without an error', async () => {
    const { groups } = (await prometheus.api('/rules')) as {
      readonly groups: readonly {
        readonly rules: readonly { readonly name: string; readonly health: string }[]
      }[]
    }
    const rules = groups.flatMap(group => group.rules)
    expect(rules.length).toBeGreaterThan(10)
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
  })

  it('knows every metric and label that dashboard and rules speak of', async () => {
    const text = readFileSync(ALERT_RULES, 'utf8').replaceAll(/^ *(#|summary|description).*$/gm, '')
    const expressions = [...dashboardExpressions(), text]
    const metrics = new Set(expressions.flatMap(each => each.match(/\bweir[_:][a-z0-9_:]+/g) ?? []))
    expect(metrics.size).toBeGreaterThan(25)
    const unknown: string[] = []
    for (const metric of metrics) if ((await prometheus.query(metric)).length === 0) unknown.push(metric)
    expect(unknown).toEqual([])
    const known = new Set((await prometheus.api('/labels')) as string[])
    expect(expressions.flatMap(labelsIn).filter(label => !known.has(label))).toEqual([])
  })

  it('answers every query of the dashboard', async () => {
    const expressions = dashboardExpressions()
    expect(expressions.length).toBeGreaterThan(20)
    for (const expression of expressions) await prometheus.query(expression)
    const quiet: string[] = []
    for (const expression of expressions)
      if ((await prometheus.query(expression)).length === 0) quiet.push(expression)
    expect(quiet).toEqual([])
  })
})

/** Two models in a split, one that is dead and falls back, one that declines, and nobody for unknown keys. */
async function startBusyGateway(): Promise<RunningGateway> {
  const sim = await startProvider()
  const scripted = await startScriptedProvider()
  scripted.play((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(DECLINED))
  })
  const price = { input: 2.5, cached_input: 0.25, output: 10 }
  const one = (id: string, model: string) => ({ default_route: { split: { variants: [{ id, model }] } } })
  return startGateway({
    args: ['--event-store', 'duckdb'],
    config: {
      version: 1,
      providers: {
        sim: { type: 'openai', base_url: `${sim.url}/v1` },
        scripted: { type: 'openai', base_url: `${scripted.url}/v1` },
        dead: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' },
      },
      models: { 'sim/large': { price }, 'sim/small': { price }, 'scripted/m': {}, 'dead/m': {} },
      routers: {
        chat: {
          units: ['request'],
          default_route: {
            split: {
              variants: [
                { id: 'large', model: 'sim/large', weight: 80 },
                { id: 'small', model: 'sim/small', weight: 20 },
              ],
            },
          },
        },
        declining: one('m', 'scripted/m'),
        failing: one('m', 'dead/m'),
        falling: {
          default_route: {
            split: {
              variants: [
                { id: 'dead', model: 'dead/m' },
                { id: 'spare', model: 'sim/small', priority: 1 },
              ],
            },
          },
        },
      },
      keys: [testKey],
    },
  })
}

const DECLINED = {
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, message: { role: 'assistant', content: null, refusal: 'No.' }, finish_reason: 'stop' },
  ],
}

async function sendTraffic(gateway: RunningGateway, tally: Record<string, number>): Promise<void> {
  const caller = callerOf(gateway, openLedger())
  for (let index = 0; index < REQUESTS; index++) {
    const { headers } = await caller.chat('chat', { max_tokens: 3, stream: index % 2 === 0 })
    const variant = headers.get('x-weir-variant') ?? 'none'
    tally[variant] = (tally[variant] ?? 0) + 1
  }
  for (let index = 0; index < 10; index++) await caller.chat('falling', { max_tokens: 3 })
  await caller.chat('declining')
  await caller.chat('failing')
  await caller.chat('chat', {}, { key: 'wk_of_nobody' })
}

/** Every query of the dashboard, with Grafana's variables filled in as it would. */
function dashboardExpressions(): string[] {
  interface Panel {
    readonly targets?: readonly { readonly expr: string }[]
  }
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { readonly panels: readonly Panel[] }
  return panels
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .map(expr => expr.replaceAll('$__rate_interval', '5m').replaceAll('$router', '.*'))
}

/** What an expression groups by, joins on and matches. */
function labelsIn(expression: string): string[] {
  const grouped = expression.matchAll(/\b(?:by|on|ignoring)\s*\(([^)]*)\)/g)
  const matched = expression.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)\s*"/g)
  return [
    ...Array.from(grouped).flatMap(([, names = '']) => names.split(',').map(name => name.trim())),
    ...Array.from(matched, ([, name = '']) => name),
  ].filter(name => name !== '')
}
