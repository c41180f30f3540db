// Parts of the content of messages and of function outputs in a Responses request.
import { asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type { DocumentPart, ImagePart, RefusalPart, Source, TextPart } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'

type Content = TextPart | ImagePart | DocumentPart | RefusalPart

/** Reads the parts of the given kinds; all others are lost by their type. Empty texts say nothing. */
export function readContent<K extends Content['kind']>(
  content: unknown,
  kinds: readonly K[],
  losses: Losses,
  path: string,
): Extract<Content, { kind: K }>[] {
  if (content === null || content === undefined || content === '') return []
  const entries = typeof content === 'string' ? [{ type: 'input_text', text: content }] : content
  if (!Array.isArray(entries)) {
    losses.demand('content', path)
    return []
  }
  return entries.flatMap((entry, index) => readEntry(entry, kinds, losses, `${path}[${index}]`))
}

function readEntry<K extends Content['kind']>(
  entry: unknown,
  kinds: readonly K[],
  losses: Losses,
  path: string,
): Extract<Content, { kind: K }>[] {
  const source = asObject(entry) ?? {}
  const type = asString(source.type) ?? 'content'
  const part = readPart(type, source, losses, path)
  if (part?.kind === 'text' && part.text === '') return []
  if (part === undefined || !isOneOf(part, kinds)) {
    losses.demand(type, path)
    return []
  }
  reportFields(source, losses, path)
  return [withCacheControl(part, source)]
}

function isOneOf<K extends Content['kind']>(
  part: Content,
  kinds: readonly K[],
): part is Extract<Content, { kind: K }> {
  return kinds.some(kind => kind === part.kind)
}

/** Fields that are read, and those of answers that come back, which say nothing to a model. */
const FIELDS = new Set([
  'type',
  'text',
  'refusal',
  'image_url',
  'detail',
  'file_id',
  'file_data',
  'file_url',
  'filename',
  'annotations',
  'logprobs',
  'parsed',
  'prompt_cache_breakpoint',
  'cache_control',
])

function reportFields(source: JsonObject, losses: Losses, path: string): void {
  if (source.prompt_cache_breakpoint != null) losses.hint('prompt_cache_breakpoint', path)
  for (const [field, value] of Object.entries(source)) {
    if (value != null && !FIELDS.has(field)) losses.demand(field, `${path}.${field}`)
  }
}

function withCacheControl<P extends Content>(part: P, source: JsonObject): P {
  const cacheControl = asObject(source.cache_control)
  return cacheControl === undefined || part.kind === 'refusal' ? part : { ...part, cacheControl }
}

function readPart(type: string, source: JsonObject, losses: Losses, path: string): Content | undefined {
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return typeof source.text === 'string' ? { kind: 'text', text: source.text } : undefined
    case 'refusal':
      return typeof source.refusal === 'string' ? { kind: 'refusal', text: source.refusal } : undefined
    case 'input_image':
      return readImage(source)
    case 'input_file':
      return readFile(source, losses, path)
    default:
      return undefined
  }
}

function readImage(part: JsonObject): ImagePart | undefined {
  const source = urlOrData(asString(part.image_url)) ?? uploaded(part)
  if (source === undefined) return undefined
  const detail = asString(part.detail)
  return { kind: 'image', source, ...(detail !== undefined && detail !== 'auto' && { detail }) }
}

function readFile(part: JsonObject, losses: Losses, path: string): DocumentPart | undefined {
  const name = asString(part.filename)
  const source =
    fileData(asString(part.file_data), name) ?? urlOrData(asString(part.file_url)) ?? uploaded(part)
  if (source === undefined) return undefined
  const detail = asString(part.detail)
  if (detail !== undefined && detail !== 'auto') losses.hint('detail', `${path}.detail`)
  return { kind: 'document', source, ...(name !== undefined && { name }) }
}

function uploaded(part: JsonObject): Source | undefined {
  const id = asString(part.file_id)
  return id === undefined ? undefined : { kind: 'file', id }
}

function urlOrData(url: string | undefined): Source | undefined {
  return url === undefined ? undefined : (dataOf(url) ?? { kind: 'url', url })
}

/** A file's bytes are a data URL, or base64 alone, whose media type only a name can tell. */
function fileData(data: string | undefined, name: string | undefined): Source | undefined {
  if (data === undefined) return undefined
  if (data.startsWith('data:')) return dataOf(data)
  return name?.toLowerCase().endsWith('.pdf')
    ? { kind: 'data', mediaType: 'application/pdf', data }
    : undefined
}

/** `data:<media type>[;<parameter>...];base64,<data>`; undefined for anything else. */
function dataOf(url: string): Source | undefined {
  const [head, data] = splitOnce(url, ',')
  if (!head.startsWith('data:') || !head.endsWith(';base64') || data === undefined) return undefined
  const [mediaType = ''] = head.slice('data:'.length).split(';')
  return mediaType === '' ? undefined : { kind: 'data', mediaType, data }
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
