// Reads the `x-sim` request header: what a test asks of one answer, as `name=value` pairs parted by semicolons.
import { z } from 'zod'

const flag = z.literal('', 'takes no value').transform(() => true as const)
const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number without sign or exponent')
  .transform(Number)
const positive = decimal.pipe(z.number().positive('must be above 0'))
const whole = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number)
const counting = whole.pipe(z.number().min(1, 'must be at least 1'))
const status = whole.pipe(z.number().min(400, 'must be 400 to 599').max(599, 'must be 400 to 599'))
const verbatim = z.string().min(1, 'needs a value')
const encodedText = z.string().transform((value, context) => {
  try {
    return decodeURIComponent(value)
  } catch {
    context.addIssue('must be URL-encoded')
    return z.NEVER
  }
})
const callCount = z.union([z.literal('').transform(() => 1), counting])

const shape = {
  // How fast and how much.
  ttft_ms: decimal,
  tokens_per_second: positive,
  speed: positive,
  output_tokens: whole.pipe(z.number().max(1_000_000, 'must be at most 1000000')),
  tokens_per_chunk: counting,
  cached_tokens: whole,
  cache_write_tokens: whole,
  reasoning_tokens: whole,
  // What is said.
  text: encodedText,
  thinking: encodedText,
  redacted_thinking: flag,
  multibyte: flag,
  refusal: flag,
  tool_call: callCount,
  length: flag,
  usage: z.literal('none', 'must be none'),
  // An error instead of an answer.
  error: status,
  retry_after: verbatim,
  retry_after_ms: verbatim,
  model_gone: flag,
  context_length: flag,
  // An answer that goes wrong.
  hang: z.enum(['headers', 'first_token', 'mid']),
  break: z.enum(['before_headers', 'after_headers', 'mid']),
  stall_after: whole,
  error_event: z.enum(['first', 'mid']),
  error_event_status: status,
  ok_error_body: flag,
  empty: flag,
  html: flag,
  truncate: flag,
  no_done: flag,
  malformed: counting,
  // An answer that is right but awkward to read.
  comment: flag,
  crlf: flag,
  split: counting,
  encoding: z.enum(['gzip', 'br']),
}

const directivesSchema = z.strictObject(shape).partial()

/** What one answer must do, from the header or drawn by the model's rates. Absent: as the model would. */
export type Directives = Readonly<z.output<typeof directivesSchema>>

export type DirectivesResult =
  | { readonly kind: 'directives'; readonly directives: Directives }
  | { readonly kind: 'problem'; readonly message: string }

const none: DirectivesResult = { kind: 'directives', directives: {} }

/**
 * Parses an `x-sim` header, for example `output_tokens=129; speed=20; refusal`.
 * Spaces around names and values do not count; an unknown name, a name given twice or a bad value is a problem.
 */
export const readDirectives = (header: string | undefined): DirectivesResult => {
  if (header === undefined || header.trim() === '') return none
  const pairs = header
    .split(';')
    .map(readPair)
    .filter(([name]) => name !== '')
  const problem = pairs.map(([name], index) => nameProblem(name, index, pairs)).find(found => found !== null)
  if (problem) return { kind: 'problem', message: problem }
  const parsed = directivesSchema.safeParse(Object.fromEntries(pairs))
  if (parsed.success) return { kind: 'directives', directives: parsed.data }
  const issues = parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)
  return { kind: 'problem', message: `x-sim: ${issues.join('; ')}` }
}

const readPair = (text: string): readonly [name: string, value: string] => {
  const at = text.indexOf('=')
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

const nameProblem = (name: string, index: number, pairs: readonly (readonly [string, string])[]) => {
  if (!Object.hasOwn(shape, name))
    return `x-sim: unknown name '${name}'; known are ${Object.keys(shape).join(', ')}`
  const first = pairs.findIndex(([other]) => other === name)
  return first === index ? null : `x-sim: '${name}' is given twice`
}
