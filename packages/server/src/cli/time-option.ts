// Times as commands take them: a date, a moment, or how long ago.
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'

const MOMENT = z.union([z.iso.date(), z.iso.datetime({ offset: true })])
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `2026-11-21`, `2026-11-21T10:00:00Z`, or `30m`, `24h`, `7d` before now: ISO 8601. */
export function parseTime(text: string): string {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined)
    return new Date(Date.now() - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]).toISOString()
  if (MOMENT.safeParse(text).success) return new Date(text).toISOString()
  throw new InvalidArgumentError('must be like 2026-11-21, 2026-11-21T10:00:00Z, or 24h for a day ago')
}
