// Content blocks of a messages request, read into neutral parts.
import { asArray, asObject, asString } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import { UNSIGNED } from '../translation/mark.ts'
import type {
  AssistantPart,
  DocumentPart,
  ImagePart,
  Source,
  TextPart,
  ToolResultPart,
  UserPart,
} from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { asksNothing } from './messages-fields.ts'

/** Reads one block at `path`; undefined when it has no neutral form or says nothing. */
type ReadBlock<P> = (block: JsonObject, path: string, losses: Losses) => P | undefined

const USER_BLOCKS: ReadonlyMap<string, ReadBlock<UserPart>> = new Map<string, ReadBlock<UserPart>>([
  ['text', readText],
  ['image', readImage],
  ['document', readDocument],
  ['tool_result', readToolResult],
])

const ASSISTANT_BLOCKS: ReadonlyMap<string, ReadBlock<AssistantPart>> = new Map<
  string,
  ReadBlock<AssistantPart>
>([
  ['text', readText],
  ['thinking', readThinking],
  ['redacted_thinking', readRedacted],
  ['tool_use', readToolUse],
])

const RESULT_BLOCKS: ReadonlyMap<string, ReadBlock<TextPart | ImagePart | DocumentPart>> = new Map<
  string,
  ReadBlock<TextPart | ImagePart | DocumentPart>
>([
  ['text', readText],
  ['image', readImage],
  ['document', readDocument],
])

const TEXT_BLOCKS: ReadonlyMap<string, ReadBlock<TextPart>> = new Map([['text', readText]])

/** Results of tools first, as they have to stand. */
export function readUserContent(content: unknown, path: string, losses: Losses): readonly UserPart[] {
  const parts = readBlocks(content, path, USER_BLOCKS, losses)
  const results = parts.filter(part => part.kind === 'tool_result')
  return [...results, ...parts.filter(part => part.kind !== 'tool_result')]
}

export function readAssistantContent(
  content: unknown,
  path: string,
  losses: Losses,
): readonly AssistantPart[] {
  return readBlocks(content, path, ASSISTANT_BLOCKS, losses)
}

/** A system prompt, or a system message between turns. */
export function readTextContent(content: unknown, path: string, losses: Losses): readonly TextPart[] {
  return readBlocks(content, path, TEXT_BLOCKS, losses)
}

/** The parts of a text or of a list of blocks; a block that `readers` do not name is a demand, named by its type. */
function readBlocks<P>(
  content: unknown,
  path: string,
  readers: ReadonlyMap<string, ReadBlock<P | TextPart>>,
  losses: Losses,
): readonly (P | TextPart)[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }]
  if (content != null && !Array.isArray(content)) losses.demand('content', path)
  return asArray(content).flatMap((entry, index) => {
    const block = asObject(entry) ?? {}
    const type = asString(block.type) ?? 'content'
    const read = readers.get(type)
    if (read === undefined) losses.demand(type, `${path}[${index}]`)
    return read?.(block, `${path}[${index}]`, losses) ?? []
  })
}

export function readCacheControl(holder: JsonObject): { cacheControl?: JsonObject } {
  const cacheControl = asObject(holder.cache_control)
  return cacheControl === undefined ? {} : { cacheControl }
}

function readText(block: JsonObject, path: string, losses: Losses): TextPart | undefined {
  const text = asString(block.text)
  if (typeof block.text !== 'string') losses.demand('text', path)
  if (!asksNothing(block.citations)) losses.hint('citations', `${path}.citations`)
  return text === undefined ? undefined : { kind: 'text', text, ...readCacheControl(block) }
}

function readImage(block: JsonObject, path: string, losses: Losses): ImagePart | undefined {
  const source = readSource(asObject(block.source) ?? {})
  if (!asksNothing(block.transformations)) losses.demand('transformations', `${path}.transformations`)
  if (source === undefined || source.kind === 'text') {
    losses.demand('image', `${path}.source`)
    return undefined
  }
  return { kind: 'image', source, ...readCacheControl(block) }
}

function readDocument(block: JsonObject, path: string, losses: Losses): DocumentPart | undefined {
  if (!asksNothing(block.context)) losses.demand('context', `${path}.context`)
  if (asObject(block.citations)?.enabled === true) losses.demand('citations', `${path}.citations`)
  const source = readSource(asObject(block.source) ?? {})
  if (source === undefined) {
    losses.demand('document', `${path}.source`)
    return undefined
  }
  const name = asString(block.title)
  return { kind: 'document', source, ...(name === undefined ? {} : { name }), ...readCacheControl(block) }
}

function readSource(source: JsonObject): Source | undefined {
  switch (source.type) {
    case 'base64': {
      const mediaType = asString(source.media_type)
      const data = asString(source.data)
      return mediaType === undefined || data === undefined ? undefined : { kind: 'data', mediaType, data }
    }
    case 'url': {
      const url = asString(source.url)
      return url === undefined ? undefined : { kind: 'url', url }
    }
    case 'file': {
      const id = asString(source.file_id)
      return id === undefined ? undefined : { kind: 'file', id }
    }
    case 'text': {
      const text = asString(source.data)
      return text === undefined ? undefined : { kind: 'text', text }
    }
    case 'content':
      return readContentSource(source.content)
    default:
      return undefined
  }
}

/** A document given as blocks: its text, unless there is more than text in it. */
function readContentSource(content: unknown): Source | undefined {
  if (typeof content === 'string') return { kind: 'text', text: content }
  const texts = asArray(content).map(block => {
    const { type, text } = asObject(block) ?? {}
    return type === 'text' ? asString(text) : undefined
  })
  return texts.length === 0 || texts.includes(undefined)
    ? undefined
    : { kind: 'text', text: texts.join('\n') }
}

function readToolResult(block: JsonObject, path: string, losses: Losses): ToolResultPart | undefined {
  if (!asksNothing(block.toolset_name)) losses.demand('toolset_name', `${path}.toolset_name`)
  const callId = asString(block.tool_use_id)
  if (callId === undefined) {
    losses.demand('tool_result', path)
    return undefined
  }
  return {
    kind: 'tool_result',
    callId,
    parts: readBlocks(block.content, `${path}.content`, RESULT_BLOCKS, losses),
    outcome: block.is_error === true ? 'error' : 'ok',
    ...readCacheControl(block),
  }
}

function readThinking(block: JsonObject): AssistantPart | undefined {
  const text = asString(block.thinking) ?? ''
  const signature = asString(block.signature)
  if (signature !== undefined && signature !== UNSIGNED) return { kind: 'reasoning', text, signature }
  return text === '' ? undefined : { kind: 'reasoning', text }
}

function readRedacted(block: JsonObject): AssistantPart | undefined {
  const data = asString(block.data)
  return data === undefined ? undefined : { kind: 'redacted', data }
}

function readToolUse(block: JsonObject, path: string, losses: Losses): AssistantPart | undefined {
  const caller = asObject(block.caller)?.type ?? 'direct'
  if (caller !== 'direct') losses.demand('caller', `${path}.caller`)
  if (!asksNothing(block.toolset_name)) losses.demand('toolset_name', `${path}.toolset_name`)
  const id = asString(block.id)
  const name = asString(block.name)
  const input = asObject(block.input ?? {})
  if (id === undefined || name === undefined || input === undefined) {
    losses.demand('tool_use', path)
    return undefined
  }
  return {
    kind: 'tool_call',
    id,
    name,
    input: JSON.stringify(input),
    ...readCacheControl(block),
  }
}
