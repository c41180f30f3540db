// Reads CSV as RFC 4180 has it, to check what is written.

/** Records by the names of the first one's fields. */
export function parseCsv(text: string): Record<string, string>[] {
  const [names = [], ...records] = recordsOf(text)
  return records.map(record => Object.fromEntries(names.map((name, index) => [name, record[index] ?? ''])))
}

function recordsOf(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && record.length === 0 && plain === '') break
    record.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}
