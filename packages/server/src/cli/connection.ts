// connection.json: how scripts find a running gateway. It can hold a key and a token, so only its
// owner may read it.
import { join } from 'node:path'
import { z } from 'zod'
import { readIfPresent, writeAtomically } from '../snapshot/state.ts'

const connectionSchema = z.object({
  dataUrl: z.string(),
  controlUrl: z.string().optional(),
  /** Of the running program; `none`: its events stay in the spool. */
  eventStore: z.enum(['duckdb', 'none']).optional(),
  /** The demo's. */
  key: z.string().optional(),
  /** The demo's first admin token. */
  adminToken: z.string().optional(),
})

export type Connection = z.infer<typeof connectionSchema>

export function writeConnection(dataDir: string, connection: Connection): void {
  writeAtomically(join(dataDir, 'connection.json'), `${JSON.stringify(connection, null, 2)}\n`)
}

/** What the last start wrote, if anything readable. */
export function readConnection(dataDir: string): Connection | undefined {
  const text = readIfPresent(join(dataDir, 'connection.json'))?.toString('utf8')
  if (text === undefined) return undefined
  try {
    return connectionSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
