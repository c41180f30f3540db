// Why a change is made, in the words of whoever makes it.
import type { Context } from 'hono'
import type { AdminEnv } from './env.ts'

const MAX_REASON = 1000

/** `?reason=`, else the header `x-weir-reason`; at most 1000 characters. */
export function reasonOf(c: Context<AdminEnv>): string | null {
  return (c.req.query('reason') ?? c.req.header('x-weir-reason'))?.slice(0, MAX_REASON) ?? null
}
