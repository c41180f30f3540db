// Deletes what is older or more than it may be, and sees to it that the file gives the room back.
import type { Retention } from '../event-store.ts'
import type { DuckDbFile, Statements } from './connection.ts'
import { quoted } from './line-sql.ts'
import { ALL_TABLES } from './tables.ts'
import { markForRewrite, rewrite, rewriteIfMarked } from './upkeep.ts'

const DAY_MS = 86_400_000
/** A batch's file is deleted right after it was taken; its id is kept for much longer than it could come back. */
const BATCHES_MS = 30 * DAY_MS
/** Texts that were captured may linger in the bytes of the file for so long after their rows are gone. */
const LINGER_MS = DAY_MS
/** Share of the limit that is left when requests had to give way, so that it does not happen in every pass. */
const ROOM = 0.9
/** Passes over the requests; deleting a share of them gives back about that share of the room. */
const ROUNDS = 5
/** A file is worth rewriting when more of it is free than in use, and it is of some size. */
const WORTH_BYTES = 256 * 2 ** 20

/** @param now - ms since the epoch */
export async function retainEvents(file: DuckDbFile, retention: Retention, now: number): Promise<number> {
  const old = await file.write(statements => deleteOld(statements, retention, now))
  if (old > 0) await checkpoint(file)
  const surplus = retention.size === null ? 0 : await deleteSurplus(file, retention.size)
  const { used, free } = await blocksOf(file)
  if (free > used && free + used > WORTH_BYTES) await rewrite(file, now)
  else await rewriteIfMarked(file, now, LINGER_MS)
  return old + surplus
}

async function deleteOld(statements: Statements, retention: Retention, now: number): Promise<number> {
  let gone = 0
  for (const { kind } of ALL_TABLES) {
    const age = retention[kind]
    if (age === null) continue
    const count = await deleteBefore(statements, kind, now - age)
    if (count > 0 && kind === 'capture') await markForRewrite(statements, now)
    gone += count
  }
  if (retention.request !== null) await deleteBefore(statements, 'unread', now - retention.request)
  await statements.run(
    `delete from batch where "at" < epoch_ms($1::bigint) and last_seq < (select max(last_seq) from batch)`,
    [BigInt(now - BATCHES_MS)],
  )
  return gone
}

function deleteBefore(statements: Statements, table: string, before: number): Promise<number> {
  return statements.run(`delete from ${quoted(table)} where "at" < epoch_ms($1::bigint)`, [BigInt(before)])
}

/** The oldest requests give way until the limit holds; other events are too few to matter. */
async function deleteSurplus(file: DuckDbFile, limit: number): Promise<number> {
  let gone = 0
  for (let round = 0; round < ROUNDS; round++) {
    const { used } = await blocksOf(file)
    if (used <= (round === 0 ? limit : limit * ROOM)) return gone
    const count = await file.write(statements => deleteShare(statements, 1 - (limit * ROOM) / used))
    if (count === 0) return gone
    gone += count
    await checkpoint(file)
  }
  return gone
}

/** @param share - of the requests, the oldest; 0..1, about */
function deleteShare(statements: Statements, share: number): Promise<number> {
  return statements.run(
    `delete from request
     where "at" <= (select epoch_ms(approx_quantile(epoch_ms("at"), $1::float)::bigint) from request)`,
    [share],
  )
}

/** Moves deletions to the tables: only then is their room free. */
async function checkpoint(file: DuckDbFile): Promise<void> {
  await file.maintain(statements => statements.run('checkpoint'))
}

/** Bytes of the file. */
async function blocksOf(file: DuckDbFile): Promise<{ readonly used: number; readonly free: number }> {
  const [row] = await file.read('select block_size, used_blocks, free_blocks from pragma_database_size()')
  const size = Number(row?.['block_size'])
  return { used: size * Number(row?.['used_blocks']), free: size * Number(row?.['free_blocks']) }
}
