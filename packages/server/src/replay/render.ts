// The report as text for people: per route its shares and its figures, then errors and the pace.
import type { styleText } from 'node:util'
import Table from 'cli-table3'
import type { Pace } from './pace.ts'
import {
  formatCount,
  formatDuration,
  formatNanoUsd,
  formatProbability,
  formatShare,
  plural,
} from './quantity.ts'
import type { Percentiles, ReplayReport, RouteReport, ShareCheckReport, Traffic } from './report.ts'

/** Colours a text, or returns it as it is where there is no terminal. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string

/** Counts this unlikely under the split are a sample ratio mismatch, not chance. */
const mismatchBelow = 0.001

export function renderReport(report: ReplayReport, paint: Paint): string {
  const { requests, trace, model } = report
  const head = `${plural(requests.sent, 'request')} of ${trace.file} through ${model}`
  const blocks = [
    paint('bold', report.interrupted ? `${head} (interrupted, of ${formatCount(trace.requests)})` : head),
    ...report.routes.map(route => renderRoute(route, report.units, paint)),
    ...(report.unassigned === null ? [] : [renderUnassigned(report.unassigned, paint)]),
    renderErrors(report, paint),
    renderPace(report.pace, paint),
  ]
  return `${blocks.join('\n\n')}\n`
}

function renderRoute(route: RouteReport, drawn: number | null, paint: Paint): string {
  const shares = table(
    ['variant', 'model', 'requests', 'errors', 'fallbacks', 'units', 'asked', 'seen'],
    route.variants.map(entry => [
      entry.variant,
      entry.model ?? '-',
      formatCount(entry.requests),
      formatCount(entry.requests - entry.answered),
      formatCount(entry.fallbacks),
      formatCount(entry.units),
      formatShare(entry.share_asked),
      formatShare(entry.share_seen),
    ]),
    2,
    paint,
  )
  const figures = renderFigures(
    route.variants.map(entry => [entry.variant, entry]),
    paint,
  )
  return [
    paint('bold', `route ${route.route}`),
    shares,
    `${renderUnits(route, drawn)}; ${renderCheck(route, paint)}`,
    renderCrossed(route.units.crossed, paint),
    '',
    figures,
  ].join('\n')
}

function renderUnits({ units }: RouteReport, drawn: number | null): string {
  const kinds = Object.entries(units.by_kind).map(([kind, count]) => `${formatCount(count)} by ${kind}`)
  const counted = `shares over ${plural(units.total, 'unit')}${kinds.length === 0 ? '' : ` (${kinds.join(', ')})`}`
  return drawn === null ? `${counted}, no --units given` : counted
}

function renderCheck({ share_check: check }: RouteReport, paint: Paint): string {
  if (check.kind === 'checked') return renderChecked(check, paint)
  if (check.kind === 'leak') {
    const names = check.variants.join(', ')
    return paint('red', `LEAK: ${plural(check.leaked, 'unit')} on variants without a share (${names})`)
  }
  return `not tested: ${check.kind === 'too_few_units' ? `it needs ${plural(check.needed, 'unit')}` : untested[check.kind]}`
}

const untested = {
  one_variant: 'one variant has the whole share',
  split_changed: 'the split was changed during the replay',
  split_unknown: 'the gateway lists no shares for this route',
} as const

function renderChecked(check: Extract<ShareCheckReport, { kind: 'checked' }>, paint: Paint): string {
  const statistic =
    `chi-square ${check.chi_square.toFixed(2)} (df ${check.degrees_of_freedom}), p ${formatProbability(check.p)}, ` +
    `largest deviation ${(check.max_share_deviation * 100).toFixed(2)} points`
  return check.p < mismatchBelow
    ? paint('red', `SAMPLE RATIO MISMATCH: ${statistic}`)
    : `${statistic}: ${paint('green', 'within chance')}`
}

function renderCrossed(crossed: number, paint: Paint): string {
  return crossed === 0
    ? 'no unit saw more than one variant'
    : paint('red', `${plural(crossed, 'unit')} saw more than one variant`)
}

function renderUnassigned(traffic: Traffic, paint: Paint): string {
  const title = `${plural(traffic.requests, 'request')} without a variant (${formatCount(traffic.answered)} answered)`
  return `${paint('bold', title)}\n${renderFigures([['-', traffic]], paint)}`
}

function renderFigures(entries: readonly (readonly [string, Traffic])[], paint: Paint): string {
  const head = [
    'variant',
    'latency p50 / p95 / p99',
    'first token p50 / p95 / p99',
    'tokens in',
    'tokens out',
    'cost',
  ]
  const rows = entries.map(([variant, traffic]) => [
    variant,
    renderPercentiles(traffic.latency_ms),
    renderPercentiles(traffic.first_token_ms),
    formatCount(traffic.tokens.input),
    formatCount(traffic.tokens.output),
    formatNanoUsd(traffic.cost_nano_usd),
  ])
  const silent = entries.reduce((total, [, traffic]) => total + traffic.answers_without_usage, 0)
  const note =
    silent === 0 ? '' : `\n${plural(silent, 'answer')} did not report usage: tokens and cost leave them out`
  return table(head, rows, 1, paint) + note
}

function renderPercentiles({ p50, p95, p99 }: Percentiles): string {
  return p50 === null ? '-' : [p50, p95, p99].map(formatDuration).join(' / ')
}

function renderErrors({ requests, errors }: ReplayReport, paint: Paint): string {
  if (requests.failed === 0) return paint('green', `all ${plural(requests.answered, 'request')} answered`)
  const lines = errors.map(
    entry => `  ${formatCount(entry.count)} x ${entry.class}, such as: ${entry.example}`,
  )
  return [
    paint('red', `${formatCount(requests.failed)} of ${plural(requests.sent, 'request')} failed`),
    ...lines,
  ].join('\n')
}

const verdicts: Readonly<Record<Pace['verdict'], string>> = {
  kept: "the trace's pace was kept",
  took_longer: "the trace's pace was NOT kept: sending took more than 10 % longer than planned",
  late_arrivals: "the trace's pace was NOT kept: more than 1 % of the requests were sent late",
  unpaced: 'the trace has no times: requests were sent as fast as answers freed slots',
}

function renderPace(pace: Pace, paint: Paint): string {
  const verdict = verdicts[pace.verdict]
  const failed = pace.verdict === 'took_longer' || pace.verdict === 'late_arrivals'
  const late = `${formatCount(pace.late)} sent more than ${formatDuration(pace.late_after_ms)} late`
  return [
    failed ? paint('yellow', verdict) : verdict,
    `  sending: planned ${formatDuration(pace.planned_ms)}, actual ${formatDuration(pace.actual_ms)}; last answer after ${formatDuration(pace.total_ms)}`,
    `  ${late}, ${formatCount(pace.waited_for_slot)} waited for a slot; lag p99 ${formatDuration(pace.lag_p99_ms)}, maximum ${formatDuration(pace.lag_max_ms)}`,
    `  at most ${formatCount(pace.peak_in_flight)} in flight`,
  ].join('\n')
}

/** @param names - columns of names, from the left; the others are figures, and right-aligned */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  names: number,
  paint: Paint,
): string {
  const drawn = new Table({
    head: head.map(title => paint('dim', title)),
    colAligns: head.map((_, column) => (column < names ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    chars: borderless,
  })
  drawn.push(...rows.map(row => [...row]))
  return drawn.toString()
}

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '  ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '   ',
}
