// Figures of curves: panels side by side, each with labelled axes and its curves named at their ends.

const PANEL = { width: 480, height: 290, left: 66, right: 340, top: 34, bottom: 236 }
const NAME_HEIGHT = 13

/** Numbers along one side of a panel. What lies outside is cut off. */
export interface Axis {
  /** With the unit: `units on each variant`. */
  readonly label: string
  readonly scale: 'linear' | 'logarithmic'
  readonly from: number
  readonly to: number
  readonly ticks: readonly number[]
}

export type Point = readonly [x: number, y: number]

/** `curve` and `dashed` join the points, `dots` do not; curves take colours in turn, dashed lines are grey. */
export interface Series {
  readonly name: string
  readonly style: 'curve' | 'dashed' | 'dots'
  readonly points: readonly Point[]
}

export interface Panel {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
}

export interface Figure {
  readonly title: string
  /** What is to be seen, for those who cannot. */
  readonly description: string
  readonly panels: readonly Panel[]
}

/** The figure as SVG, legible on light and on dark ground. */
export function drawFigure({ title, description, panels }: Figure): string {
  const width = panels.length * PANEL.width
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${PANEL.height}" role="img" aria-labelledby="title description">
  <title id="title">${escapeText(title)}</title>
  <desc id="description">${escapeText(description)}</desc>
${STYLE}
${panels.map((panel, i) => drawPanel(panel, i)).join('\n')}
</svg>
`
}

const STYLE = `  <style>
    text { font: 11px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
    .title { font-weight: 600 }
    .tick { fill: #57606a }
    .grid { stroke: #d0d7de }
    .series { fill: none; stroke-width: 1.8; stroke-linejoin: round }
    .dashed { stroke: #57606a; stroke-dasharray: 5 4 }
    .c0 { stroke: #4078c8 } .c1 { stroke: #d9822b } .c2 { stroke: #2a8a57 } .c3 { stroke: #a55fc4 } .c4 { stroke: #c8506a }
    .dot { fill: #57606a }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .tick { fill: #9198a1 }
      .grid { stroke: #30363d }
      .dashed { stroke: #9198a1 }
      .dot { fill: #9198a1 }
    }
  </style>`

function drawPanel(panel: Panel, index: number): string {
  const { left, right, top, bottom } = PANEL
  const middle = (left + right) / 2
  const colours = coloursOf(panel.series)
  return [
    `  <g transform="translate(${index * PANEL.width} 0)">`,
    `    <text class="title" x="${left}" y="18">${escapeText(panel.title)}</text>`,
    ...panel.x.ticks.map(tick => drawColumn(tick, panel.x)),
    ...panel.y.ticks.map(tick => drawRow(tick, panel.y)),
    `    <text x="${middle}" y="${bottom + 38}" text-anchor="middle">${escapeText(panel.x.label)}</text>`,
    `    <text transform="translate(12 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeText(panel.y.label)}</text>`,
    ...panel.series.map((series, i) => drawSeries(series, panel, colours[i] ?? '')),
    ...drawNames(panel, colours),
    '  </g>',
  ].join('\n')
}

/** Classes of the series: colours in turn for curves. */
function coloursOf(series: readonly Series[]): readonly string[] {
  const curves = series.filter(({ style }) => style === 'curve')
  return series.map(each => (each.style === 'curve' ? `c${curves.indexOf(each) % 5}` : each.style))
}

function drawColumn(tick: number, axis: Axis): string {
  const x = xOf(tick, axis)
  return `    <line class="grid" x1="${x}" x2="${x}" y1="${PANEL.top}" y2="${PANEL.bottom}"/><text class="tick" x="${x}" y="${PANEL.bottom + 17}" text-anchor="middle">${formatTick(tick)}</text>`
}

function drawRow(tick: number, axis: Axis): string {
  const y = yOf(tick, axis)
  return `    <line class="grid" x1="${PANEL.left}" x2="${PANEL.right}" y1="${y}" y2="${y}"/><text class="tick" x="${PANEL.left - 6}" y="${tenths(y + 4)}" text-anchor="end">${formatTick(tick)}</text>`
}

function formatTick(tick: number): string {
  return tick.toLocaleString('en-US', { maximumSignificantDigits: 6 })
}

function drawSeries(series: Series, { x, y }: Panel, colour: string): string {
  const seen = inside(series, x, y).map(point => [xOf(point[0], x), yOf(point[1], y)] as const)
  if (series.style === 'dots') {
    return seen.map(([cx, cy]) => `    <circle class="dot" cx="${cx}" cy="${cy}" r="2"/>`).join('\n')
  }
  return `    <polyline class="series ${colour}" points="${seen.map(point => point.join(',')).join(' ')}"/>`
}

function inside({ points }: Series, x: Axis, y: Axis): readonly Point[] {
  const isWithin = (value: number, { from, to }: Axis) => value >= from && value <= to
  return points.filter(([a, b]) => isWithin(a, x) && isWithin(b, y))
}

/** Right of the panel, at the height of each last point; names that would touch move down, and up again from the bottom. */
function drawNames({ x, y, series }: Panel, colours: readonly string[]): readonly string[] {
  const named = series
    .map((each, i) => ({
      name: each.name,
      colour: colours[i] ?? '',
      end: yOf(inside(each, x, y).at(-1)?.[1] ?? y.from, y),
    }))
    .filter(({ name }) => name !== '')
    .toSorted((a, b) => a.end - b.end)
  const places = spreadOut(named.map(({ end }) => end))
  return named.map(({ name, colour }, i) => drawName(name, colour, places[i] ?? 0))
}

function drawName(name: string, colour: string, at: number): string {
  const from = PANEL.right + 6
  const key =
    colour === 'dots'
      ? `<circle class="dot" cx="${from + 5}" cy="${at}" r="2"/>`
      : `<line class="series ${colour}" x1="${from}" x2="${from + 11}" y1="${at}" y2="${at}"/>`
  return `    ${key}<text x="${from + 15}" y="${tenths(at + 4)}">${escapeText(name)}</text>`
}

/** Heights in rising order, moved just so far that each is a name's height below the one before. */
function spreadOut(ends: readonly number[]): readonly number[] {
  const down: number[] = []
  for (const end of ends) down.push(Math.max(end, (down.at(-1) ?? -Infinity) + NAME_HEIGHT))
  const up: number[] = []
  for (const place of down.toReversed()) {
    up.push(Math.min(place, (up.at(-1) ?? PANEL.bottom + NAME_HEIGHT) - NAME_HEIGHT))
  }
  return up.toReversed().map(tenths)
}

function xOf(value: number, axis: Axis): number {
  return tenths(PANEL.left + shareOf(value, axis) * (PANEL.right - PANEL.left))
}

function yOf(value: number, axis: Axis): number {
  return tenths(PANEL.bottom - shareOf(value, axis) * (PANEL.bottom - PANEL.top))
}

function shareOf(value: number, { scale, from, to }: Axis): number {
  return scale === 'linear' ? (value - from) / (to - from) : Math.log(value / from) / Math.log(to / from)
}

/** To a tenth of a pixel, so that the last bits of a machine's logarithm do not show. */
function tenths(value: number): number {
  return Math.round(10 * value) / 10
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
