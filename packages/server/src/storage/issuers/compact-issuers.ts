// Makes one issuer file of all, at the start and before any worker writes: workers come and go, files would pile up.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { issuerFile, issuerFiles } from './issuer-files.ts'
import { formatEntry, type IssuerEntry, readEntries } from './issuer-line.ts'
import { CAPACITY } from './issuer-log.ts'

const MERGED = issuerFile('merged', 1)

/**
 * Keeps the newest `capacity` entries. A crash in between leaves entries twice, never none.
 *
 * @throws when the files cannot be read or written
 */
export function compactIssuers(directory: string, capacity = CAPACITY): void {
  const files = issuerFiles(directory)
  if (files.every(file => file === MERGED)) return
  const newest = newestEntries(directory, files).slice(-capacity)
  const draft = join(directory, `${MERGED}.tmp`)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  writeFileSync(draft, newest.map(formatEntry).join(''), { mode: 0o600, flush: true })
  renameSync(draft, join(directory, MERGED))
  for (const file of files) if (file !== MERGED) rmSync(join(directory, file), { force: true })
}

/** The last entry of each id, oldest first. */
function newestEntries(directory: string, files: readonly string[]): IssuerEntry[] {
  const entries: IssuerEntry[] = []
  for (const file of files) readEntries(readFileSync(join(directory, file)), entry => entries.push(entry))
  const newest = new Map<string, IssuerEntry>()
  // Within a millisecond the order of the file counts, which sorting keeps.
  for (const entry of entries.toSorted((a, b) => a.at - b.at)) {
    newest.delete(entry.digest)
    newest.set(entry.digest, entry)
  }
  return [...newest.values()]
}
