// The small value types of the config file: identifiers, durations, sizes.
import { z } from 'zod'
import { ENDPOINTS } from './preset.ts'

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const UNIT_BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const

/** What no name may be: assigned to an object it would replace the prototype. */
export const FORBIDDEN_NAME = '__proto__'

/**
 * Ids and salts: they appear in headers, hashes and URLs, so they hold nothing that needs escaping, and are not only
 * dots, since clients resolve `.` and `..` in paths.
 */
export const idSchema = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$/, {
    error: 'must be made of letters, digits, ".", "_" and "-"',
  })
  .meta({ description: 'An identifier: letters, digits, ".", "_" and "-"' })

/** Durations up to a day as a pattern, for JSON Schema, which knows nothing of units. */
const UP_TO_A_DAY = `^(${[
  String.raw`(\d{1,7}|[1-7]\d{7}|8[0-5]\d{6}|86[0-3]\d{5}|86400000)ms`,
  String.raw`(\d{1,4}|[1-7]\d{4}|8[0-5]\d{3}|86[0-3]\d{2}|86400)s`,
  String.raw`(\d{1,3}|1[0-3]\d{2}|14[0-3]\d|1440)m`,
  String.raw`(\d|1\d|2[0-4])h`,
].join('|')})$`

/** `500ms`, `10s`, `2m`, `1h`; milliseconds once parsed. */
export const durationSchema = z
  .string({ error: 'must be a duration like "500ms", "10s", "2m" or "1h"' })
  .regex(/^\d{1,9}(ms|s|m|h)$/, { error: 'must be a duration like "500ms", "10s", "2m" or "1h"' })
  .transform(text => {
    const [, amount, unit] = /^(\d+)(\w+)$/.exec(text) as unknown as [string, string, keyof typeof UNIT_MS]
    return Number(amount) * UNIT_MS[unit]
  })
  .refine(ms => ms <= 24 * UNIT_MS.h, { error: 'must be at most 24h' })
  .meta({ pattern: UP_TO_A_DAY })

/** `64KiB`, `32MiB`; bytes once parsed. */
export const sizeSchema = z
  .string({ error: 'must be a size like "64KiB" or "32MiB"' })
  .regex(/^\d{1,9}(B|KiB|MiB|GiB)$/, { error: 'must be a size like "64KiB" or "32MiB"' })
  .transform(text => {
    const [, amount, unit] = /^(\d+)(\w+)$/.exec(text) as unknown as [string, string, keyof typeof UNIT_BYTES]
    return Number(amount) * UNIT_BYTES[unit]
  })

/** The name of an environment variable that holds a secret: secrets themselves never stand in a config. */
export const envReferenceSchema = z.strictObject({
  env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be the name of an environment variable' })
    .meta({ description: 'Name of the environment variable that holds the secret' }),
})

/** JSON Schema of the names of a map, for those whose values are anything. */
export function namesBut(forbidden: readonly string[]) {
  return { propertyNames: { type: 'string', not: { enum: [FORBIDDEN_NAME, ...forbidden] } } }
}

/** Header names are compared and sent in lower case. */
export const headerNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: 'must be a header name' })
  .transform(name => name.toLowerCase())

/** A header value without control characters: a newline would start a header of its own. */
export const headerValueSchema = z
  .string()
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: 'must not contain line breaks or control characters' })

/** Some of the endpoints that can be split, of any wire format. */
export const endpointNamesSchema = z
  .array(z.enum([...ENDPOINTS.openai, ...ENDPOINTS.anthropic]))
  .min(1)
  .max(5)
