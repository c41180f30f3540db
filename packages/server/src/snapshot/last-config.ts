// The config that was served last, on disk beside the store: with it the gateway boots when the store cannot be used.
import { join } from 'node:path'
import type { ConfigInput, CurrentTables } from '@weir/core/config'
import { z } from 'zod'
import { parseTables, readIfPresent, writeAtomically, writtenTables } from './state.ts'

/** A provider's active credential, sealed; only the master key opens it. */
export interface LastCredential {
  readonly id: string
  readonly provider: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly hint: string
  readonly sealed: Uint8Array
}

export interface LastConfig {
  readonly revision: number
  /** When it was published, in milliseconds since the epoch. */
  readonly at: number
  readonly config: ConfigInput
  readonly tables: CurrentTables
  readonly credentials: readonly LastCredential[]
}

const fileSchema = z.object({
  revision: z.int().min(1),
  at: z.number(),
  config: z.record(z.string(), z.unknown()),
  tables: z.record(z.string(), z.string()),
  credentials: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      created_at: z.number(),
      hint: z.string(),
      sealed: z.base64(),
    }),
  ),
})

const fileOf = (dataDir: string) => join(dataDir, 'last-config.json')

export function writeLastConfig(dataDir: string, last: LastConfig): void {
  const credentials = last.credentials.map(({ id, provider, createdAt, hint, sealed }) => ({
    id,
    provider,
    created_at: createdAt,
    hint,
    sealed: Buffer.from(sealed).toString('base64'),
  }))
  const { revision, at, config } = last
  const content: z.infer<typeof fileSchema> = {
    revision,
    at,
    config,
    tables: writtenTables(last.tables),
    credentials,
  }
  writeAtomically(fileOf(dataDir), JSON.stringify(content))
}

/** Undefined when there is none that can be read: the store, if it opens, knows as much. */
export function readLastConfig(dataDir: string): LastConfig | undefined {
  const text = readIfPresent(fileOf(dataDir))?.toString('utf8')
  const content = text === undefined ? undefined : parseJson(text)
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success) return undefined
  const { revision, at, config } = parsed.data
  const tables = parseTables(parsed.data.tables)
  if (tables === undefined) return undefined
  const credentials = parsed.data.credentials.map(({ id, provider, created_at, hint, sealed }) => ({
    id,
    provider,
    createdAt: created_at,
    hint,
    sealed: Buffer.from(sealed, 'base64'),
  }))
  // Whether it is a valid config is found out by whoever compiles it.
  return { revision, at, config: config as ConfigInput, tables, credentials }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
