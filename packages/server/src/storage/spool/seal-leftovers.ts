// What writers that are gone have left open is sealed by whoever knows that they are gone.
import { renameSync, rmSync } from 'node:fs'
import { type SpoolEntry, sealedPath, sizeOf, spoolEntries } from './spool-name.ts'

/**
 * Seals the files of a writer that died or, with `all`, of every earlier run; nobody may write to them any more.
 *
 * @throws the error of the operating system
 */
export function sealLeftovers(directory: string, writer: 'all' | { readonly name: string }): void {
  for (const entry of spoolEntries(directory)) {
    if (isLeftOver(entry, writer)) sealOne(entry.path)
  }
}

/** A file that a program gave up as it ended is still whole: it may stay. */
function isLeftOver({ state, writer }: SpoolEntry, gone: 'all' | { readonly name: string }): boolean {
  if (gone === 'all') return state !== 'sealed'
  return state === 'open' && writer === gone.name
}

function sealOne(path: string): void {
  if (sizeOf(path) === 0) rmSync(path, { force: true })
  else renameSync(path, sealedPath(path))
}
