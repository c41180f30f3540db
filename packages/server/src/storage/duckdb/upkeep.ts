// What the file owes: to be rewritten, because what was deleted must not linger in its bytes.
import type { DuckDbFile, Statements } from './connection.ts'

const DUE = 'rewrite_due'
const DONE = 'rewritten'

/** In the transaction that deletes: a rewrite that fails is then made up for later. */
export async function markForRewrite(statements: Statements, now: number): Promise<void> {
  await note(statements, 'upkeep', DUE, now)
}

/** @param pause - ms since the last rewrite before which nothing is done; for what may linger that long */
export async function rewriteIfMarked(file: DuckDbFile, now: number, pause = 0): Promise<void> {
  const [row] = await file.read(
    `select count(*) filter (name = '${DUE}') as due, epoch_ms(max("at") filter (name = '${DONE}')) as done from upkeep`,
  )
  const done = row?.['done'] == null ? Number.NEGATIVE_INFINITY : Number(row['done'])
  if (Number(row?.['due']) > 0 && now - done >= pause) await rewrite(file, now)
}

/** The new file says itself that it owes nothing: whatever is marked later is in it as well. */
export function rewrite(file: DuckDbFile, now: number): Promise<void> {
  return file.rewrite(async (statements, catalog) => {
    const upkeep = `${catalog}.upkeep`
    await statements.run(`delete from ${upkeep} where name = '${DUE}'`)
    await note(statements, upkeep, DONE, now)
  })
}

async function note(statements: Statements, table: string, name: string, at: number): Promise<void> {
  await statements.run(`insert or replace into ${table} values ($1, epoch_ms($2::bigint))`, [
    name,
    BigInt(at),
  ])
}
