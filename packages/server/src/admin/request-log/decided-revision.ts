// The config that a request was decided with, made ready to be asked why.
import { type ActiveSnapshot, activate } from '@weir/core/routing'
import { StoreUnavailableError } from '../../storage/control-store.ts'
import { compileWith } from '../revision/candidate.ts'
import { type Revisions, tablesOfRecord } from '../revision/revisions.ts'

export type DecidedRevision =
  | { readonly kind: 'known'; readonly active: ActiveSnapshot }
  /** `why` is a sentence without its end. */
  | { readonly kind: 'unknown'; readonly why: string }

export async function findRevision(
  revisions: Pick<Revisions, 'current' | 'get'>,
  number: number,
): Promise<DecidedRevision> {
  const current = revisions.current()
  if (current.number === number) return { kind: 'known', active: activate(current.snapshot) }
  try {
    return await findFormer(revisions, number)
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
    return { kind: 'unknown', why: error.message }
  }
}

async function findFormer(revisions: Pick<Revisions, 'get'>, number: number): Promise<DecidedRevision> {
  const record = await revisions.get(number)
  if (record === undefined) return { kind: 'unknown', why: `revision ${number} is not in the store` }
  const { config } = record
  const compiled = compileWith(
    { config, tables: tablesOfRecord(record) },
    { number, secrets: {}, managedBy: 'store' },
  )
  // A config of then need not be one for the program of now.
  return compiled.kind === 'compiled'
    ? { kind: 'known', active: activate(compiled.snapshot) }
    : { kind: 'unknown', why: `the config of revision ${number} is not valid here and now` }
}
