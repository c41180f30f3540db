// Whether a router keeps prompts and answers, how much of them, and what is taken out before anything is written.
import { z } from 'zod'
import { BUILT_IN_NAMES, problemOfPattern } from '../redaction/index.ts'
import { sizeSchema } from './scalar.ts'

/** Redaction takes time in proportion, and a worker serves nobody else meanwhile. */
const MAX_SIZE = 256 * 2 ** 10

/** Sizes up to that as a pattern, for JSON Schema, which knows nothing of units. */
const UP_TO_MAX_SIZE = `^(${[
  String.raw`(\d{1,5}|1\d{5}|2[0-5]\d{4}|26[01]\d{3}|262(0\d{2}|1([0-3]\d|4[0-4])))B`,
  String.raw`(\d{1,2}|1\d{2}|2[0-4]\d|25[0-6])KiB`,
].join('|')})$`

const patternSchema = z
  .string()
  .superRefine((source, context) => {
    const message = problemOfPattern(source)
    if (message !== undefined) context.addIssue({ code: 'custom', message, params: { code: 'pattern' } })
  })
  .meta({ minLength: 1, examples: ['EMP-[0-9]{6}', '(?i)customer (no|number) [0-9]+'] })

export const captureSchema = z.strictObject({
  rate: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: 'Share of requests that are captured, drawn one by one; 1 for all' }),
  size: sizeSchema
    .prefault('64KiB')
    .refine(bytes => bytes <= MAX_SIZE, { error: 'must be at most 256KiB' })
    .meta({
      description: 'How much is kept of the prompt, and how much of the answer; at most 256KiB',
      pattern: UP_TO_MAX_SIZE,
    }),
  redact: z
    .array(z.enum(BUILT_IN_NAMES))
    .max(BUILT_IN_NAMES.length)
    .default([...BUILT_IN_NAMES])
    .meta({ description: 'Kinds of text that are replaced by their name. Default: all there are' }),
  patterns: z
    .array(patternSchema)
    .max(20)
    .default([])
    .meta({ description: "Regular expressions in RE2's syntax; what they match is replaced as well" }),
})

/** Size in bytes. */
export type CaptureConfig = z.infer<typeof captureSchema>
