// What sending a config file would do: how commands ask for it, and how they say it.
import { parsePath } from '@weir/core/config'
import { z } from 'zod'
import type { ControlClient, ControlRequest, ReadAnswer } from './control-client.ts'
import { paint, print } from './output.ts'
import type { SentFile } from './sent-file.ts'

const warningSchema = z
  .object({ code: z.string(), path: z.string(), message: z.string() })
  .transform(({ path, ...found }) => ({ ...found, path: parsePath(path) }))

const changeSchema = z.object({
  revision: z.number(),
  changes: z.array(z.string()),
  absent: z.array(z.string()),
  warnings: z.array(warningSchema),
})

export type ConfigChange = z.infer<typeof changeSchema>

export interface PruneOption {
  /** What is not in the file goes. */
  readonly prune?: true
}

export const PRUNE = ['--prune', 'remove what is in force and not in the file'] as const

/** What applying the file would do. @throws ControlError */
export function compare(
  client: ControlClient,
  file: SentFile,
  options: PruneOption,
): Promise<ReadAnswer<ConfigChange>> {
  const request = { method: 'POST', path: '/api/v1/config/diff', ...sending(file, options) } as const
  return client.sendFor(changeSchema, request)
}

/** The same, asked for by someone who is to apply it. @throws ControlError */
export function previewApply(
  client: ControlClient,
  file: SentFile,
  options: PruneOption,
): Promise<ReadAnswer<ConfigChange>> {
  const { query, body } = sending(file, options)
  return client.sendFor(changeSchema, {
    method: 'PUT',
    path: '/api/v1/config',
    query: { ...query, preview: 'true' },
    headers: { 'if-match': '*' },
    body,
  })
}

export function sending(
  file: SentFile,
  { prune }: PruneOption,
): Required<Pick<ControlRequest, 'query' | 'body'>> {
  return { query: { prune: prune === true ? 'true' : undefined }, body: file.value }
}

/** Prints what would change, removals first, and what stays although the file does not have it. */
export function printChange({ changes, absent }: ConfigChange, { prune }: PruneOption): void {
  const removed = changes.filter(isRemoval)
  for (const line of [...removed, ...changes.filter(change => !isRemoval(change))]) print(mark(line))
  if (prune !== true && absent.length > 0) {
    print(`\nNot in the file, and stays (--prune removes it): ${enumerate(absent)}`)
  }
}

/** Of a whole entry. */
function isRemoval(change: string): boolean {
  return /^(provider|model|router|key) [^\s:,]+: removed$/.test(change)
}

function mark(change: string): string {
  if (isRemoval(change)) return paint('red', `  - ${change}`)
  return /^[^:,]+: added\b/.test(change) ? paint('green', `  + ${change}`) : paint('yellow', `  ~ ${change}`)
}

const MOST_NAMED = 10

function enumerate(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
