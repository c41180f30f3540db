// Markdown tables with aligned columns, so that they read well on a terminal too.

export type Row = readonly string[]

const pad = (cell: string, width: number, column: number): string =>
  column === 0 ? cell.padEnd(width) : cell.padStart(width)

/** The first column is text and aligned left, the others are figures and aligned right. */
export function markdownTable(header: Row, rows: readonly Row[]): string {
  const widths = header.map((_, column) =>
    Math.max(3, ...[header, ...rows].map(row => row[column]?.length ?? 0)),
  )
  const line = (row: Row) =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width, column)).join(' | ')} |`
  const rule = `|${widths.map((width, column) => (column === 0 ? `:${'-'.repeat(width + 1)}` : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(header), rule, ...rows.map(line)].join('\n')
}
