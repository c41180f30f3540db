// Parts of a chat message's content, read into neutral parts.
import { asArray, asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type {
  AssistantPart,
  DocumentPart,
  ImagePart,
  RefusalPart,
  Source,
  TextPart,
  UserPart,
} from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { reportPartFields } from './chat-fields.ts'

/** Reads one part at `path`; undefined when it says nothing or has no neutral form, which it then has reported. */
type ReadPart<P> = (part: JsonObject, losses: Losses, path: string) => P | undefined
type Said = TextPart | ImagePart | DocumentPart

const USER_PARTS: ReadonlyMap<string, ReadPart<Said>> = new Map<string, ReadPart<Said>>([
  ['text', readText],
  ['image_url', readImage],
  ['file', readFile],
])
const ASSISTANT_PARTS: ReadonlyMap<string, ReadPart<TextPart | RefusalPart>> = new Map<
  string,
  ReadPart<TextPart | RefusalPart>
>([
  ['text', readText],
  ['refusal', readRefusal],
])
const TEXT_PARTS: ReadonlyMap<string, ReadPart<TextPart>> = new Map([['text', readText]])

/** What a user or a tool says. */
export function readUserContent(message: JsonObject, losses: Losses, path: string): readonly Said[] {
  return readContent(message, USER_PARTS, losses, path)
}

export function readAssistantContent(
  message: JsonObject,
  losses: Losses,
  path: string,
): readonly (TextPart | RefusalPart)[] {
  return readContent(message, ASSISTANT_PARTS, losses, path)
}

/** What system and developer messages say. */
export function readTextContent(message: JsonObject, losses: Losses, path: string): readonly TextPart[] {
  return readContent(message, TEXT_PARTS, losses, path)
}

/** A type that `readers` do not name is a demand, named by the type. */
function readContent<P>(
  message: JsonObject,
  readers: ReadonlyMap<string, ReadPart<P>>,
  losses: Losses,
  path: string,
): readonly (P | TextPart)[] {
  const { content } = message
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }]
  if (content !== null && content !== undefined && !Array.isArray(content))
    losses.demand('content', `${path}.content`)
  return asArray(content).flatMap((entry, index) => {
    const part = asObject(entry) ?? {}
    const type = asString(part.type) ?? 'content'
    const at = `${path}.content[${index}]`
    const read = readers.get(type)
    if (read === undefined) losses.demand(type, at)
    else reportPartFields(part, losses, at)
    return read?.(part, losses, at) ?? []
  })
}

export function readCacheControl(holder: JsonObject): { cacheControl?: JsonObject } {
  const cacheControl = asObject(holder.cache_control)
  return cacheControl === undefined ? {} : { cacheControl }
}

/** A mark on a whole message stands for one on the last of its parts that can have one. */
export function withCacheControl<P extends UserPart | AssistantPart>(
  parts: readonly P[],
  message: JsonObject,
): readonly P[] {
  if (asObject(message.cache_control) === undefined) return parts
  const marked = parts.findLastIndex(part => MARKABLE.has(part.kind))
  return parts.map((part, index) => (index === marked ? { ...part, ...readCacheControl(message) } : part))
}

const MARKABLE: ReadonlySet<string> = new Set(['text', 'image', 'document', 'tool_call'])

function readText(part: JsonObject, losses: Losses, path: string): TextPart | undefined {
  if (typeof part.text !== 'string') losses.demand('text', path)
  const text = asString(part.text)
  return text === undefined ? undefined : { kind: 'text', text, ...readCacheControl(part) }
}

function readRefusal(part: JsonObject): RefusalPart | undefined {
  const text = asString(part.refusal)
  return text === undefined ? undefined : { kind: 'refusal', text }
}

function readImage(part: JsonObject, losses: Losses, path: string): ImagePart | undefined {
  // Some clients give the URL without the object around it.
  const image = asObject(part.image_url) ?? { url: part.image_url }
  const source = readUrl(asString(image.url))
  if (source === undefined) {
    losses.demand('image_url', path)
    return undefined
  }
  const detail = asString(image.detail) ?? 'auto'
  return { kind: 'image', source, ...(detail === 'auto' ? {} : { detail }), ...readCacheControl(part) }
}

function readFile(part: JsonObject, losses: Losses, path: string): DocumentPart | undefined {
  const file = asObject(part.file) ?? {}
  const source = readFileSource(file)
  if (source === undefined) {
    losses.demand('file', path)
    return undefined
  }
  const name = asString(file.filename)
  return { kind: 'document', source, ...(name === undefined ? {} : { name }), ...readCacheControl(part) }
}

function readFileSource(file: JsonObject): Source | undefined {
  const id = asString(file.file_id)
  if (id !== undefined) return { kind: 'file', id }
  const data = asString(file.file_data)
  const source = readUrl(data)
  if (source !== undefined || data === undefined || data.includes(':')) return source
  // Base64 alone does not say of what; OpenAI takes the type from the name.
  const isPdf = asString(file.filename)?.toLowerCase().endsWith('.pdf') === true
  return isPdf ? { kind: 'data', mediaType: 'application/pdf', data } : undefined
}

const DATA_URL = /^data:([^;,]+)(?:;[^;,]+)*;base64,/i

function readUrl(url: string | undefined): Source | undefined {
  if (url === undefined) return undefined
  if (/^https?:\/\//i.test(url)) return { kind: 'url', url }
  const [head, mediaType] = DATA_URL.exec(url) ?? []
  if (head === undefined || mediaType === undefined) return undefined
  return { kind: 'data', mediaType, data: url.slice(head.length) }
}
