// Virtual keys themselves: random, shown once, kept as digests. And what becomes of the one that is replaced.
import { hash, randomBytes } from 'node:crypto'
import type { Fields } from '../resource/written.ts'

export interface NewSecret {
  /** `wk_` and 256 random bits. */
  readonly secret: string
  /** As configs have it. */
  readonly digest: string
}

export function newSecret(): NewSecret {
  const secret = `wk_${randomBytes(32).toString('base64url')}`
  return { secret, digest: `sha256:${hash('sha256', secret, 'hex')}` }
}

/** How long the replaced secret still works. */
export interface Overlap {
  readonly ms: number
  /** When it is replaced: milliseconds since the epoch. */
  readonly now: number
}

/**
 * The key with a new secret; the old one works until the overlap is over.
 *
 * @param replaced - digest of the secret that is replaced
 */
export function rotate(key: Fields, digest: string, replaced: string, { ms, now }: Overlap): Fields {
  const { secret: _, previous: __, ...rest } = key
  const until = new Date(now + ms).toISOString()
  return { ...rest, digest, ...(ms > 0 && { previous: { digest: replaced, until } }) }
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const LONGEST_MS = 90 * UNIT_MS.d

/** `90s`, `30m`, `24h`, `7d`, up to 90 days: milliseconds; undefined for anything else. */
export function parseOverlap(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,7})([smhd])$/.exec(text) ?? []
  if (amount === undefined) return undefined
  const ms = Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]
  return ms <= LONGEST_MS ? ms : undefined
}
