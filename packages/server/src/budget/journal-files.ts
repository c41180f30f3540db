// The journals that writers have left behind, read back.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type FoldedJournal, foldJournals } from './journal-format.ts'

/** The runs of writers, each with its files in the order in which they were written. */
export function listJournals(directory: string): Map<string, string[]> {
  const names = readNames(directory)
    .filter(name => NAME.test(name))
    .toSorted()
  return Map.groupBy(
    names.map(name => join(directory, name)),
    path => NAME.exec(path)?.[1] ?? path,
  )
}

/** @throws when a file cannot be read */
export function readJournals(files: readonly string[]): FoldedJournal {
  return foldJournals(files.map(file => readFileSync(file, 'utf8')))
}

export function removeJournals(files: readonly string[]): void {
  for (const file of files) rmSync(file, { force: true })
}

/** `w0-000001763709000000-000000000.log`: the run is what stands before the last number. */
const NAME = /([^/]+-\d{15})-\d{9}\.log$/

function readNames(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
