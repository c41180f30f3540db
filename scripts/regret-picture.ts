// Regret of bandits over time as a picture, beside the slope that none can stay below.

import type { Mean } from '../packages/core/src/stats/calibration/measurement.ts'
import { HORIZONS, LAI_ROBBINS } from '../packages/core/src/stats/calibration/regret.ts'

const [WIDTH, HEIGHT] = [620, 300]
const [LEFT, RIGHT, TOP, BOTTOM] = [50, 500, 20, 260]
/** Successes lost at the upper end of the axis. */
const MOST = 105
const COLOURS = ['#8c959f', '#4078c8', '#2a8a57', '#d9822b']

/** @param means - quantities called `<policy>: regret at <units>` */
export function regretPicture(means: readonly Mean[]): string {
  const policies = [...new Set(means.map(({ what }) => what.split(':')[0] ?? ''))]
  const regretsOf = (policy: string) =>
    HORIZONS.map(units => means.find(({ what }) => what === `${policy}: regret at ${units}`)?.mean ?? 0)
  const curves = policies.map((policy, i) => curve(regretsOf(policy), COLOURS[i % COLOURS.length] ?? ''))
  const labels = labelsOf(policies.map(policy => [policy, yOf(regretsOf(policy).at(-1) ?? 0)]))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description">
  <title id="title">Regret of bandits</title>
  <desc id="description">Successes lost against always taking the best arm, by the logarithm of units, for each policy, and a dashed line with Lai and Robbins' slope.</desc>
  <style>
    text { font: 11px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
    .grid { stroke: #d0d7de }
    .curve { fill: none; stroke-width: 1.8 }
    .bound { stroke: #57606a; stroke-dasharray: 5 4 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .grid { stroke: #30363d }
      .bound { stroke: #9198a1 }
    }
  </style>
${[...HORIZONS.map(unitTick), ...[0, 25, 50, 75, 100].map(regretTick)].join('\n')}
${[...curves, ...labels].join('\n')}
${boundLine()}
</svg>
`
}

function curve(regrets: readonly number[], colour: string): string {
  const points = regrets.map((regret, i) => `${xOf(HORIZONS[i] ?? 1)},${yOf(regret)}`)
  return `  <polyline class="curve" stroke="${colour}" points="${points.join(' ')}"/>`
}

/** Beside the ends of the curves, from above; one that would cover the one before it is moved down. */
function labelsOf(ends: readonly (readonly [policy: string, y: number])[]): readonly string[] {
  let free = 0
  return ends
    .toSorted(([, a], [, b]) => a - b)
    .map(([policy, y]) => {
      const at = Math.max(free, y)
      free = at + 13
      return `  <text x="${RIGHT + 8}" y="${tenths(at + 4)}">${policy}</text>`
    })
}

/** From 0 at the first horizon on. */
function boundLine(): string {
  const [first = 1, last = 1] = [HORIZONS[0], HORIZONS.at(-1)]
  const rise = LAI_ROBBINS * Math.log(last / first)
  return `  <line class="bound" x1="${xOf(first)}" y1="${yOf(0)}" x2="${xOf(last)}" y2="${yOf(rise)}"/><text x="${xOf(last) - 150}" y="${yOf(0) - 6}">dashed: slope of Lai and Robbins</text>`
}

function unitTick(units: number): string {
  const x = xOf(units)
  return `  <line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${BOTTOM}"/><text x="${x - 12}" y="${BOTTOM + 16}">${units}</text>`
}

function regretTick(regret: number): string {
  const y = yOf(regret)
  return `  <line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y}" y2="${y}"/><text x="14" y="${y + 4}">${regret}</text>`
}

function xOf(units: number): number {
  const [first = 1, last = 1] = [HORIZONS[0], HORIZONS.at(-1)]
  return tenths(LEFT + ((RIGHT - LEFT) * Math.log(units / first)) / Math.log(last / first))
}

function yOf(regret: number): number {
  return tenths(BOTTOM - ((BOTTOM - TOP) * Math.min(regret, MOST)) / MOST)
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10
}
