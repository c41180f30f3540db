// Names of spool files. A file is named by when it was begun, by whom, and by the run of the writer, a random id: so the
// oldest sorts first, and no two files ever had the same name, whatever the clock does and however often writers start.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A file that nobody appends to any more: a batch, ready to be collected. */
const SEALED = '.ndjson'
/** A file that its writer may append to. */
const OPEN = '.ndjson.open'
/** A file that is being given up to make room. */
const DROPPED = '.ndjson.dropped'

const NAME = /^(\d{15})-([^-]+)-.*\.ndjson(\.open|\.dropped)?$/

export interface SpoolName {
  /** Milliseconds since the epoch. */
  readonly began: number
  readonly writer: string
  /** Of the writer. */
  readonly run: string
  /** Counts the files of a run. */
  readonly index: number
}

export interface SpoolEntry {
  readonly path: string
  readonly state: 'open' | 'sealed' | 'dropped'
  readonly writer: string
  /** Milliseconds since the epoch. */
  readonly began: number
}

/** The name of a file that is begun now. */
export function openName({ began, writer, run, index }: SpoolName): string {
  return `${began.toString().padStart(15, '0')}-${writer}-${run}-${index.toString().padStart(6, '0')}${OPEN}`
}

/** The path of an open or dropped file as a sealed one. */
export function sealedPath(path: string): string {
  return path.replace(/\.(open|dropped)$/, '')
}

export function droppedPath(sealed: string): string {
  return sealed.slice(0, -SEALED.length) + DROPPED
}

/** What the store knows a batch by; an open file has it already. */
export function batchId(path: string): string {
  return sealedPath(path).slice(path.lastIndexOf('/') + 1, -SEALED.length)
}

/** All files of a spool, oldest first; none when there is no directory. Files of other names are none of its own. */
export function spoolEntries(directory: string): SpoolEntry[] {
  return namesIn(directory).flatMap(name => entryOf(directory, name) ?? [])
}

/** The paths of open and sealed files, oldest first. */
export function spoolFiles(directory: string): string[] {
  return spoolEntries(directory).flatMap(({ path, state }) => (state === 'dropped' ? [] : [path]))
}

/** 0 when it is gone. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function entryOf(directory: string, name: string): SpoolEntry | undefined {
  const [, began, writer, suffix] = NAME.exec(name) ?? []
  if (began === undefined || writer === undefined) return undefined
  const state = suffix === '.open' ? 'open' : suffix === '.dropped' ? 'dropped' : 'sealed'
  return { path: join(directory, name), state, writer, began: Number(began) }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).toSorted()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
