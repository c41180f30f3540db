// Neutral parts, written as content blocks of a messages request.
import { Buffer } from 'node:buffer'
import { parseObject } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import { isMarked } from '../translation/mark.ts'
import type {
  AssistantPart,
  DocumentPart,
  ImagePart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'

/** A text where the text is all there is, else blocks. */
export type Content = string | readonly JsonObject[]

/** The short form of content, where it says the same. */
export function shortContent(blocks: readonly JsonObject[]): Content {
  const [block, ...others] = blocks
  const isPlain = block?.type === 'text' && block.cache_control === undefined && others.length === 0
  return isPlain && typeof block.text === 'string' ? block.text : blocks
}

export function writeUserPart(part: UserPart, losses: Losses): readonly JsonObject[] {
  return part.kind === 'tool_result' ? [writeToolResult(part, losses)] : writeShownPart(part, losses)
}

/** What a person or a tool shows to the model. */
function writeShownPart(part: TextPart | ImagePart | DocumentPart, losses: Losses): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
      return writeText(part)
    case 'image':
      return writeImage(part, losses)
    case 'document':
      return writeDocument(part, losses)
  }
}

/** Nothing for a text without a visible character, which Anthropic refuses. */
export function writeText(part: TextPart): readonly JsonObject[] {
  return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text, ...writeCacheControl(part) }]
}

export function writeCacheControl(part: { readonly cacheControl?: JsonObject }): JsonObject {
  return part.cacheControl === undefined ? {} : { cache_control: part.cacheControl }
}

const IMAGE_TYPES: ReadonlyMap<string, string> = new Map([
  ['image/jpeg', 'image/jpeg'],
  ['image/jpg', 'image/jpeg'],
  ['image/png', 'image/png'],
  ['image/gif', 'image/gif'],
  ['image/webp', 'image/webp'],
])

function writeImage(part: ImagePart, losses: Losses): readonly JsonObject[] {
  if (part.detail !== undefined) losses.hint('detail')
  const source = imageSource(part)
  if (source === undefined) {
    losses.demand('image')
    return []
  }
  return [{ type: 'image', source, ...writeCacheControl(part) }]
}

function imageSource({ source }: ImagePart): JsonObject | undefined {
  switch (source.kind) {
    case 'url':
      return { type: 'url', url: source.url }
    case 'file':
      return { type: 'file', file_id: source.id }
    case 'data': {
      const mediaType = IMAGE_TYPES.get(source.mediaType.toLowerCase())
      return mediaType === undefined
        ? undefined
        : { type: 'base64', media_type: mediaType, data: source.data }
    }
    case 'text':
      return undefined
  }
}

function writeDocument(part: DocumentPart, losses: Losses): readonly JsonObject[] {
  const source = documentSource(part)
  if (source === undefined) {
    losses.demand('document')
    return []
  }
  const title = part.name === undefined ? {} : { title: part.name }
  return [{ type: 'document', source, ...title, ...writeCacheControl(part) }]
}

/** Anthropic reads PDF and text; a text's bytes are sent as the text they are. */
function documentSource({ source }: DocumentPart): JsonObject | undefined {
  switch (source.kind) {
    case 'url':
      return { type: 'url', url: source.url }
    case 'file':
      return { type: 'file', file_id: source.id }
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text }
    case 'data': {
      const mediaType = source.mediaType.toLowerCase()
      if (mediaType === 'application/pdf') {
        return { type: 'base64', media_type: mediaType, data: source.data }
      }
      if (!mediaType.startsWith('text/')) return undefined
      const text = Buffer.from(source.data, 'base64').toString('utf8')
      return { type: 'text', media_type: 'text/plain', data: text }
    }
  }
}

function writeToolResult(part: ToolResultPart, losses: Losses): JsonObject {
  const blocks = part.parts.flatMap(each => writeShownPart(each, losses))
  return {
    type: 'tool_result',
    tool_use_id: toolUseId(part.callId),
    ...(blocks.length === 0 ? {} : { content: shortContent(blocks) }),
    ...(part.outcome === 'error' ? { is_error: true } : {}),
    ...writeCacheControl(part),
  }
}

/** Anthropic takes ids of letters, digits, `_` and `-`; some services give others. */
function toolUseId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
}

export function writeAssistantPart(part: AssistantPart, losses: Losses): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
      return writeText(part)
    case 'refusal':
      return writeText({ kind: 'text', text: part.text })
    case 'redacted':
      return [{ type: 'redacted_thinking', data: part.data }]
    case 'tool_call':
      return [writeToolUse(part, losses)]
    case 'reasoning':
      if (part.signature !== undefined && !isMarked(part.signature)) {
        return [{ type: 'thinking', thinking: part.text, signature: part.signature }]
      }
      // Anthropic refuses thinking that it did not sign.
      losses.hint('reasoning')
      return []
  }
}

function writeToolUse(part: ToolCallPart, losses: Losses): JsonObject {
  const input = part.input.trim() === '' ? {} : parseObject(part.input)
  if (input === undefined) losses.demand('tool_calls')
  return {
    type: 'tool_use',
    id: toolUseId(part.id),
    name: part.name,
    input: input ?? {},
    ...writeCacheControl(part),
  }
}
