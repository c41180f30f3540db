// Reasoning in the messages of a chat: as text, in a field that many services have, and in `reasoning_details`, the
// shape in which OpenRouter documents what its vendor wants back unchanged ("Reasoning Tokens"). A client that sends
// messages back as it got them keeps both.
import { asArray, asObject, asString } from '../json.ts'
import type { TargetTraits } from '../translation/dialect.ts'
import type { Losses } from '../translation/loss.ts'
import type { ReasoningPart, RedactedPart } from '../translation/prompt.ts'
import type { ForeignReasoning, JsonObject, JsonPath } from '../wire-format.ts'

type Part = ReasoningPart | RedactedPart

/** The `format` of what we write; OpenRouter names there whose reasoning it is. */
const FORMAT = 'weir'

/** Formats whose signatures the neutral form can carry on: ours, and OpenRouter's for Anthropic's. */
const KNOWN_FORMATS: ReadonlySet<unknown> = new Set([FORMAT, 'anthropic-claude-v1'])

/** Written for all reasoning, also where nobody signed it, for it shows that the reasoning is another vendor's. */
export function writeDetail(part: Part, index: number): JsonObject {
  if (part.kind === 'redacted') return { type: 'reasoning.encrypted', data: part.data, format: FORMAT, index }
  const { text, signature } = part
  const signed = signature === undefined ? {} : { signature }
  return { type: 'reasoning.text', text, ...signed, format: FORMAT, index }
}

/** Text alone may be in the field of DeepSeek and vLLM (`reasoning_content`) or of OpenRouter (`reasoning`). */
export function readReasoning(message: JsonObject, losses: Losses, path: string): readonly Part[] {
  const details = readDetails(asArray(message.reasoning_details), losses, `${path}.reasoning_details`)
  if (details.length > 0) return details
  const text = asString(message.reasoning_content) ?? asString(message.reasoning)
  return text === undefined ? [] : [{ kind: 'reasoning', text }]
}

/** Chunks that a client only collected are put together: pieces of one index up to their signature. */
function readDetails(details: readonly unknown[], losses: Losses, path: string): readonly Part[] {
  const parts: Part[] = []
  let open: unknown
  for (const [at, entry] of details.entries()) {
    const detail = asObject(entry) ?? {}
    const part = readDetail(detail, losses, `${path}[${at}]`)
    const before = parts.at(-1)
    const goesOn = detail.index !== undefined && detail.index === open
    if (part?.kind === 'reasoning' && before?.kind === 'reasoning' && goesOn)
      parts[parts.length - 1] = { ...part, text: before.text + part.text }
    else if (part !== undefined) parts.push(part)
    open = part?.kind === 'reasoning' && part.signature === undefined ? detail.index : undefined
  }
  return parts
}

/** Of other vendors' formats the text is read: nobody behind this gateway could check what they signed. */
function readDetail(detail: JsonObject, losses: Losses, path: string): Part | undefined {
  const isKnown = KNOWN_FORMATS.has(detail.format)
  const data = asString(detail.data)
  if (detail.type === 'reasoning.encrypted') {
    if (isKnown) return data === undefined ? undefined : { kind: 'redacted', data }
    losses.hint('reasoning_details', path)
    return undefined
  }
  const text = asString(detail.text) ?? asString(detail.summary) ?? ''
  const signature = isKnown ? asString(detail.signature) : undefined
  if (signature !== undefined) return { kind: 'reasoning', text, signature }
  return text === '' ? undefined : { kind: 'reasoning', text }
}

/** What we wrote into earlier answers, in requests to a service of this format: it may refuse fields it does not know. */
export const foreignReasoning: ForeignReasoning = {
  mark: `"${FORMAT}"`,
  find: ({ messages }, field) =>
    asArray(messages).flatMap((message, index) => pathsIn(asObject(message) ?? {}, index, field)),
}

/** Services that take reasoning as text in the same field keep the text: some want it in every turn of a tool loop. */
function pathsIn(
  message: JsonObject,
  index: number,
  field: TargetTraits['reasoningField'],
): readonly JsonPath[] {
  if (!asArray(message.reasoning_details).some(detail => asObject(detail)?.format === FORMAT)) return []
  const details: JsonPath = ['messages', index, 'reasoning_details']
  const hasText = message.reasoning_content !== undefined && field !== 'reasoning_content'
  return hasText ? [details, ['messages', index, 'reasoning_content']] : [details]
}
