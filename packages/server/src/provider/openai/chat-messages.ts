// The messages of a chat request, written from a prompt.
import type { TargetTraits } from '../translation/dialect.ts'
import type { Losses } from '../translation/loss.ts'
import type {
  AssistantPart,
  DocumentPart,
  ImagePart,
  Prompt,
  Source,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
  UserPart,
} from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'

/** What every part's writer needs beside the part. */
interface Writing {
  readonly losses: Losses
  readonly reasoningField: TargetTraits['reasoningField']
}

/** Writes the system prompt and all turns. Losses name places in the neutral form: `turns[2].parts[0]`. */
export function writeMessages(prompt: Prompt, target: TargetTraits, losses: Losses): readonly JsonObject[] {
  const writing = { losses, reasoningField: target.reasoningField }
  const turns = prompt.turns.flatMap((turn, index) => writeTurn(turn, writing, `turns[${index}].parts`))
  if (prompt.system.length === 0) return turns
  return [writeInstruction(prompt.system, writing, 'system'), ...turns]
}

function writeTurn(turn: Turn, writing: Writing, path: string): readonly JsonObject[] {
  switch (turn.role) {
    case 'user':
      return writeUser(turn.parts, writing, path)
    case 'assistant':
      return [writeAssistant(turn.parts, writing, path)]
    case 'instruction':
      return [writeInstruction(turn.parts, writing, path)]
  }
}

/** `system` and not `developer`: OpenAI reads both alike, compatible services know only this one. */
function writeInstruction(parts: readonly TextPart[], writing: Writing, path: string): JsonObject {
  return { role: 'system', content: writeContent(parts, writing, path) }
}

/** Each result of a tool is a message of its own, before what the user says. */
function writeUser(parts: readonly UserPart[], writing: Writing, path: string): readonly JsonObject[] {
  const messages: JsonObject[] = []
  const said: (TextPart | ImagePart | DocumentPart)[] = []
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'tool_result') messages.push(writeResult(part, writing, `${path}[${index}]`))
    else said.push(part)
  }
  if (said.length === 0 && messages.length > 0) return messages
  return [...messages, { role: 'user', content: writeContent(said, writing, path) }]
}

/** Content of a tool is text alone (OpenAI, API reference, "Tool message"), and nothing says that the tool failed. */
function writeResult(result: ToolResultPart, writing: Writing, path: string): JsonObject {
  if (result.outcome === 'error') writing.losses.hint('is_error', path)
  if (result.cacheControl !== undefined) writing.losses.hint('cache_control', path)
  for (const [index, part] of result.parts.entries())
    if (part.kind !== 'text') writing.losses.demand(part.kind, `${path}.parts[${index}]`)
  const texts = result.parts.filter(part => part.kind === 'text')
  return {
    role: 'tool',
    tool_call_id: result.callId,
    content: writeContent(texts, writing, `${path}.parts`),
  }
}

/** A plain string where one text is all there is, as the oldest of compatible services expect. */
function writeContent(
  parts: readonly (TextPart | ImagePart | DocumentPart)[],
  writing: Writing,
  path: string,
): string | readonly JsonObject[] {
  const written = parts.flatMap(
    (part, index): JsonObject | readonly JsonObject[] => writePart(part, writing, `${path}[${index}]`) ?? [],
  )
  const [first, second] = written
  if (first === undefined) return ''
  return second === undefined && typeof first.text === 'string' ? first.text : written
}

function writePart(
  part: TextPart | ImagePart | DocumentPart,
  { losses }: Writing,
  path: string,
): JsonObject | undefined {
  if (part.cacheControl !== undefined) losses.hint('cache_control', path)
  if (part.kind === 'text') return { type: 'text', text: part.text }
  const written = part.kind === 'image' ? writeImage(part) : writeDocument(part)
  if (written === undefined) losses.demand(part.kind, path)
  return written
}

/** Images are URLs; those uploaded before cannot be named. */
function writeImage({ source, detail }: ImagePart): JsonObject | undefined {
  const url = writeUrl(source)
  if (url === undefined) return undefined
  return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } }
}

function writeUrl(source: Source): string | undefined {
  if (source.kind === 'url') return source.url
  return source.kind === 'data' ? dataUrl(source.mediaType, source.data) : undefined
}

function dataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`
}

/** Files are given whole or by id: not by URL, and not as text. */
function writeDocument({ source, name }: DocumentPart): JsonObject | undefined {
  const named = name === undefined ? {} : { filename: name }
  if (source.kind === 'file') return { type: 'file', file: { file_id: source.id } }
  if (source.kind !== 'data') return undefined
  const data = dataUrl(source.mediaType, source.data)
  // Data without a name are refused.
  return { type: 'file', file: { filename: fileName(source.mediaType), ...named, file_data: data } }
}

function fileName(mediaType: string): string {
  return `document.${mediaType.slice(mediaType.indexOf('/') + 1)}`
}

function writeAssistant(parts: readonly AssistantPart[], writing: Writing, path: string): JsonObject {
  const texts = parts.filter(part => part.kind === 'text')
  const calls = parts.filter(part => part.kind === 'tool_call')
  const refusal = joined(parts, 'refusal')
  const silent = texts.length === 0 && (calls.length > 0 || refusal !== '')
  reportMarks(calls, writing, path)
  return {
    role: 'assistant',
    content: silent ? null : writeContent(texts, writing, path),
    ...(refusal === '' ? {} : { refusal }),
    ...writeReasoning(parts, writing, path),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(writeCall) }),
  }
}

function joined(parts: readonly AssistantPart[], kind: 'refusal' | 'reasoning'): string {
  return parts.map(part => (part.kind === kind ? part.text : '')).join('')
}

function reportMarks(calls: readonly ToolCallPart[], { losses }: Writing, path: string): void {
  for (const call of calls) if (call.cacheControl !== undefined) losses.hint('cache_control', path)
}

function writeCall(call: ToolCallPart): JsonObject {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.input } }
}

/** Earlier reasoning goes back as text, without signatures; what only its vendor can read does not go. */
function writeReasoning(
  parts: readonly AssistantPart[],
  { losses, reasoningField }: Writing,
  path: string,
): JsonObject {
  const text = joined(parts, 'reasoning')
  const isUnsaid = reasoningField === 'none' && parts.some(part => part.kind === 'reasoning')
  if (isUnsaid || parts.some(part => part.kind === 'redacted')) losses.hint('reasoning', path)
  return reasoningField === 'none' || text === '' ? {} : { [reasoningField]: text }
}
