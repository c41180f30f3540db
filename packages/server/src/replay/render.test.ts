import { describe, expect, it } from 'vitest'
import type { Paint } from './render.ts'
import { renderReport } from './render.ts'
import type { ReplayReport, RouteReport, Traffic, VariantReport } from './report.ts'

const plain: Paint = (_format, text) => text

const traffic: Traffic = {
  requests: 80,
  answered: 79,
  fallbacks: 3,
  errors: { http_429: 1 },
  latency_ms: { p50: 40, p95: 90.4, p99: 1200 },
  first_token_ms: { p50: null, p95: null, p99: null },
  tokens: { input: 12_345, cached_input: 0, output: 678 },
  answers_without_usage: 0,
  cost_nano_usd: null,
}

const large: VariantReport = {
  ...traffic,
  variant: 'large',
  model: 'sim/large',
  share_asked: 0.8,
  share_seen: 0.79,
  units: 79,
}

const checked = {
  kind: 'checked',
  chi_square: 1.5,
  degrees_of_freedom: 1,
  p: 0.22,
  max_share_deviation: 0.01,
} as const

function routeOf(changes: Partial<RouteReport>): RouteReport {
  const units = { total: 100, by_kind: { user: 100 }, crossed: 0 }
  return { route: 'default', units, share_check: checked, variants: [large], ...changes }
}

function reportOf(changes: Partial<ReplayReport>): ReplayReport {
  return {
    trace: { file: 'trace.csv', format: 'azure', requests: 100 },
    model: 'demo',
    speed: 1,
    units: 5000,
    seed: 1,
    interrupted: false,
    pace: {
      planned_ms: 1000,
      actual_ms: 1001,
      total_ms: 2000,
      waited_for_slot: 4,
      late: 2,
      late_after_ms: 100,
      lag_p99_ms: 3,
      lag_max_ms: 130,
      peak_in_flight: 12,
      verdict: 'kept',
    },
    requests: { sent: 100, answered: 100, failed: 0 },
    routes: [routeOf({})],
    unassigned: null,
    errors: [],
    ...changes,
  }
}

describe('the report as text', () => {
  it('shows shares, figures, failures and pace', () => {
    expect(renderReport(reportOf({}), plain)).toMatchInlineSnapshot(`
      "100 requests of trace.csv through demo

      route default
        variant   model       requests   errors   fallbacks   units     asked      seen
        large     sim/large         80        1           3      79   80.00 %   79.00 %
      shares over 100 units (100 by user); chi-square 1.50 (df 1), p = 0.220, largest deviation 1.00 points: within chance
      no unit saw more than one variant

        variant   latency p50 / p95 / p99   first token p50 / p95 / p99   tokens in   tokens out   cost
        large      40 ms / 90 ms / 1.20 s                             -      12,345          678      -

      all 100 requests answered

      the trace's pace was kept
        sending: planned 1.00 s, actual 1.00 s; last answer after 2.00 s
        2 sent more than 100 ms late, 4 waited for a slot; lag p99 3 ms, maximum 130 ms
        at most 12 in flight
      "
    `)
  })

  it.each([
    [
      'a mismatch',
      routeOf({ share_check: { ...checked, p: 3.5e-42 } }),
      /SAMPLE RATIO MISMATCH: .*p = 3.5e-42/,
    ],
    [
      'a leak',
      routeOf({ share_check: { kind: 'leak', variants: ['large'], leaked: 2 } }),
      /LEAK: 2 units .*\(large\)/,
    ],
    [
      'units that crossed',
      routeOf({ units: { total: 9, by_kind: { user: 9 }, crossed: 1 } }),
      /1 unit saw more than one/,
    ],
    [
      'too few units',
      routeOf({ share_check: { kind: 'too_few_units', needed: 25 } }),
      /not tested: it needs 25 units/,
    ],
    ['one variant', routeOf({ share_check: { kind: 'one_variant' } }), /not tested: one variant/],
    [
      'a changed split',
      routeOf({ share_check: { kind: 'split_changed' } }),
      /not tested: the split was changed/,
    ],
    [
      'an unknown split',
      routeOf({ share_check: { kind: 'split_unknown' } }),
      /not tested: the gateway lists no shares/,
    ],
    [
      'answers without usage',
      routeOf({ variants: [{ ...large, answers_without_usage: 2 }] }),
      /2 answers did not report usage/,
    ],
  ])('says it plainly when there is %s', (_what, route, text) => {
    expect(renderReport(reportOf({ routes: [route] }), plain)).toMatch(text)
  })

  it.each([
    ['an interrupt', { interrupted: true }, /interrupted, of 100/],
    ['no units drawn', { units: null }, /\(100 by user\), no --units given/],
    [
      'failures',
      {
        requests: { sent: 9, answered: 7, failed: 2 },
        errors: [{ class: 'http_429', count: 2, example: 'slow down' }],
      },
      /2 of 9 requests failed\n {2}2 x http_429, such as: slow down/,
    ],
    ['requests without a variant', { unassigned: traffic }, /80 requests without a variant \(79 answered\)/],
  ] as const)('says it plainly when there is %s', (_what, changes, text) => {
    expect(renderReport(reportOf(changes), plain)).toMatch(text)
  })

  it.each([
    ['took_longer', /NOT kept: sending took more than 10 %/],
    ['late_arrivals', /NOT kept: more than 1 %/],
    ['unpaced', /the trace has no times/],
  ] as const)('says it plainly when the pace was %s', (verdict, text) => {
    expect(renderReport(reportOf({ pace: { ...reportOf({}).pace, verdict } }), plain)).toMatch(text)
  })

  it('colours nothing but through the paint it is given', () => {
    const painted = renderReport(reportOf({}), (_format, text) => `<${text}>`)
    expect(painted).toContain('<route default>')
    expect(renderReport(reportOf({}), plain)).not.toContain(String.fromCharCode(27))
  })
})
