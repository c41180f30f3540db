// What outlives a restart beside the events: the bucket tables in force, the revision, the installation's secret.
import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BucketTable, formatTable, parseTable } from '@weir/core/assignment'
import { type CurrentTables, type Snapshot, tablesOf } from '@weir/core/config'
import { z } from 'zod'

const stateSchema = z.strictObject({ revision: z.int().min(0), tables: z.record(z.string(), z.string()) })

export interface State {
  /** The highest that was ever served. */
  readonly revision: number
  readonly tables: CurrentTables
}

/** The data directory, or what is in it, cannot be used; the message says why and what to do. */
export class DataDirError extends Error {}

/** Opens the data directory, creating it when needed. Only the owner may look into it. */
export function openDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new DataDirError(
      `the data directory ${dataDir} cannot be used (${code}); --data-dir chooses another`,
    )
  }
}

/**
 * The last published revision and its tables. A missing file means a new installation; an unreadable one is an
 * error, since going on without it would move every unit whose table had a history.
 */
export function readState(dataDir: string): State {
  const file = join(dataDir, 'state.json')
  const text = readIfPresent(file)
  if (text === undefined) return { revision: 0, tables: new Map() }
  const state = parseState(text.toString('utf8'))
  if (state !== undefined) return state
  throw new DataDirError(
    `${file} is damaged: it holds which units get which variant. Restore it from a backup, or delete it to begin ` +
      'anew; then units may move',
  )
}

function parseState(text: string): State | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const parsed = stateSchema.safeParse(json)
  const tables = parsed.success ? parseTables(parsed.data.tables) : undefined
  return parsed.success && tables !== undefined ? { revision: parsed.data.revision, tables } : undefined
}

/** Undefined when one of them is none. */
export function parseTables(written: Readonly<Record<string, string>>): CurrentTables | undefined {
  const tables = new Map<string, BucketTable>()
  for (const [salt, runs] of Object.entries(written)) {
    const table = parseTable(runs)
    if (table === undefined) return undefined
    tables.set(salt, table)
  }
  return tables
}

export function writtenTables(tables: CurrentTables): Record<string, string> {
  return Object.fromEntries(Array.from(tables, ([salt, table]) => [salt, formatTable(table)]))
}

export function writeState(dataDir: string, state: State): void {
  const { revision, tables } = state
  writeAtomically(join(dataDir, 'state.json'), JSON.stringify({ revision, tables: writtenTables(tables) }))
}

/** The tables in force with a snapshot. Those of salts that are gone stay: a router may come back. */
export function tablesAfter(before: CurrentTables, snapshot: Snapshot): CurrentTables {
  return new Map([...before, ...tablesOf(snapshot)])
}

/** The secret behind request ids and pseudonyms, made at the first start. */
export function readSecret(dataDir: string): Buffer {
  return readOrMakeKey(join(dataDir, 'secret.key'))
}

/** 32 random bytes that are made once and kept. */
export function readOrMakeKey(file: string): Buffer {
  const known = readIfPresent(file)
  if (known !== undefined) return known
  const secret = randomBytes(32)
  writeAtomically(file, secret)
  return secret
}

/** Readers see the old file or the new one, never half of one. Only the owner may read it. */
export function writeAtomically(file: string, content: string | Buffer): void {
  const draft = `${file}.${process.pid}.tmp`
  writeFileSync(draft, content, { mode: 0o600, flush: true })
  renameSync(draft, file)
}

export function readIfPresent(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
