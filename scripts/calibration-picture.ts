// Error rates as a picture: one line a law, its rate and bounds by what was promised.
import type { Outcome } from '../packages/core/src/stats/calibration/law.ts'

const WIDTH = 900
const LABELS = 430
const ROW = 18
const TOP = 34
/** Ends of the axis: error rate by that promised, logarithmic. */
const [LEAST, MOST] = [0.1, 20]
const TICKS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20]

/** A scenario with what was seen of its laws. */
export interface Judged {
  readonly name: string
  readonly data: string
  readonly outcomes: readonly Outcome[]
}

interface Line {
  readonly text: string
  /** Null for the heading of a scenario. */
  readonly outcome: Outcome | null
}

/** @param title - of the picture; @param judged - the scenarios of a group */
export function ratesPicture(title: string, judged: readonly Judged[]): string {
  const lines = judged.flatMap(({ name, outcomes }): readonly Line[] => [
    { text: name, outcome: null },
    ...outcomes.map(outcome => ({ text: outcome.method, outcome })),
  ])
  const height = TOP + lines.length * ROW + 12
  const rows = lines.map((line, i) => drawLine(line, TOP + i * ROW + 12))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title description">
  <title id="title">${escapeText(title)}: error rates by what was promised</title>
  <desc id="description">For each method its simulated error rate with 99 % bounds, divided by the rate promised, on a logarithmic axis; wrong ways of doing it, in orange, lie to the right of 1.</desc>
${STYLE}
${TICKS.map(tick => drawTick(tick, height)).join('\n')}
${rows.join('\n')}
</svg>
`
}

const STYLE = `  <style>
    text { font: 11px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
    .name { font-weight: 600 }
    .tick { text-anchor: middle; fill: #57606a }
    .grid { stroke: #d0d7de }
    .promised { stroke: #57606a; stroke-width: 1.5 }
    .holds, .near { stroke: #4078c8; fill: #4078c8 }
    .broken { stroke: #d9822b; fill: #d9822b }
    .reported { stroke: #8c959f; fill: #8c959f }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .tick { fill: #9198a1 }
      .grid { stroke: #30363d }
      .promised { stroke: #9198a1 }
    }
  </style>`

function drawTick(tick: number, height: number): string {
  const x = place(tick)
  const kind = tick === 1 ? 'promised' : 'grid'
  return `  <text class="tick" x="${x}" y="18">${tick}</text><line class="${kind}" x1="${x}" x2="${x}" y1="24" y2="${height - 8}"/>`
}

function drawLine({ text, outcome }: Line, y: number): string {
  if (outcome === null) return `  <text class="name" x="8" y="${y + 4}">${escapeText(text)}</text>`
  const { rate, lower, upper, alpha, expectation } = outcome
  const [from, at, to] = [place(lower / alpha), place(rate / alpha), place(upper / alpha)]
  return [
    `  <text x="20" y="${y + 4}">${escapeText(text)}</text>`,
    `<line class="${expectation}" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>`,
    `<circle class="${expectation}" cx="${at}" cy="${y}" r="3"/>`,
  ].join('')
}

/** Where on the axis, to a tenth of a pixel; what lies beyond is put at its ends. */
function place(ratio: number): number {
  const share = Math.log(Math.min(MOST, Math.max(LEAST, ratio)) / LEAST) / Math.log(MOST / LEAST)
  return Math.round(10 * (LABELS + share * (WIDTH - LABELS - 20))) / 10
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
