// Makes room in a spool: its oldest sealed files give way, and the events in them are counted.
import { createReadStream, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { droppedPath, sizeOf, spoolEntries } from './spool-name.ts'

const NEWLINE = 0x0a

/**
 * Deletes sealed files, oldest first, until all files take at most `budget` bytes. Files that are written to stay. Other
 * writers make room too, and the collector takes files away: what vanishes under our hands is not counted.
 */
export async function dropOldest(
  directory: string,
  budget: number,
  dropped: (events: number, file: string) => void,
): Promise<void> {
  const files = spoolEntries(directory).map(entry => ({ ...entry, size: sizeOf(entry.path) }))
  let total = files.reduce((sum, file) => sum + file.size, 0)
  for (const { path, state, size } of files) {
    if (total <= budget) return
    if (state !== 'sealed') continue
    total -= size
    const claimed = claim(path)
    if (claimed === undefined) continue
    const events = await countLines(claimed)
    await rm(claimed, { force: true })
    dropped(events, path)
  }
}

/** One of several that want to delete a file gets it: undefined for the others. */
function claim(path: string): string | undefined {
  try {
    renameSync(path, droppedPath(path))
    return droppedPath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function countLines(path: string): Promise<number> {
  let lines = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines++
  }
  return lines
}
