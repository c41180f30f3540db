// Tables and marked parts of Markdown documents, as the scripts that write references need them.

/** A table as the formatter wants it: columns as wide as their widest cell. The first row is the head. */
export function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map(row => row.map(cell => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first = [], ...others] = cells.map(line)
  return [first, line(widths.map(width => '-'.repeat(width))), ...others].join('\n')
}

/** The document with what stands between two marks replaced; the marks stay. */
export function replaceMarked(document: string, begin: string, end: string, text: string): string {
  const from = document.indexOf(begin)
  const to = document.indexOf(end)
  if (from < 0 || to < from) throw new Error(`the document has lost its marks ${begin} and ${end}`)
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`
}
