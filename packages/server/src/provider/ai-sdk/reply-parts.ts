// The library's answers, whole and in parts, in the neutral form.
import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { asObject } from '../json.ts'
import type { Reply, ReplyContent, ReplyError, ReplyPart } from '../translation/reply.ts'
import { BAD_ANSWER, INTERRUPTED, replyErrorOf } from './errors.ts'
import { finishOf, isInterrupted, lostFields, startOf, stopSequenceOf, usageOf } from './finish.ts'
import type { LibraryTraits } from './packages.ts'
import { signatureOf } from './signature.ts'

/** A part of the library's stream, understood. */
export type Step = ReplyPart | { readonly kind: 'lost'; readonly fields: readonly string[] }

type Of<T extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: T }>

interface OpenCall {
  readonly index: number
  /** Whether any of its input has come. */
  begun: boolean
}

/** Reads one stream, part by part. */
export class PartReader {
  readonly #traits: LibraryTraits
  readonly #calls = new Map<string, OpenCall>()
  #started = false
  #finished = false
  /** Metadata of the reasoning under way; the last that came counts. */
  #reasoning: SharedV4ProviderMetadata | undefined

  constructor(traits: LibraryTraits) {
    this.#traits = traits
  }

  read(part: LanguageModelV4StreamPart): readonly Step[] {
    const steps = this.#read(part)
    if (this.#started || !steps.some(isContent)) return steps
    this.#started = true
    return [{ kind: 'start', id: null, model: null, created: null }, ...steps]
  }

  /** The stream is over. */
  close(): ReplyPart {
    return this.#finished ? { kind: 'done' } : { kind: 'error', error: INTERRUPTED }
  }

  #read(part: LanguageModelV4StreamPart): readonly Step[] {
    switch (part.type) {
      case 'stream-start':
        return [{ kind: 'lost', fields: lostFields(part.warnings) }]
      case 'response-metadata':
        return this.#start(part)
      case 'text-delta':
        return part.delta === '' ? [] : [{ kind: 'text', text: part.delta }]
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.#readReasoning(part)
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-call':
        return this.#readCall(part)
      case 'finish':
        return this.#finish(part)
      case 'file':
        return [{ kind: 'error', error: fileError(part.mediaType) }]
      case 'error':
        return [{ kind: 'error', error: replyErrorOf(part.error) }]
      case 'ping':
        return [{ kind: 'ping' }]
      // Marks of blocks; what the provider did itself on the way to its answer; what the answer refers to.
      case 'text-start':
      case 'text-end':
      case 'tool-input-end':
      case 'tool-result':
      case 'tool-approval-request':
      case 'custom':
      case 'reasoning-file':
      case 'source':
      case 'raw':
        return []
      default:
        return []
    }
  }

  #start(part: Of<'response-metadata'>): readonly Step[] {
    if (this.#started) return []
    this.#started = true
    return [{ kind: 'start', ...startOf(part) }]
  }

  #readReasoning(part: Of<'reasoning-start' | 'reasoning-delta' | 'reasoning-end'>): readonly Step[] {
    if (part.providerMetadata !== undefined) this.#reasoning = part.providerMetadata
    if (part.type === 'reasoning-delta' && part.delta !== '') return [{ kind: 'reasoning', text: part.delta }]
    if (part.type !== 'reasoning-end') return []
    const signature = signatureOf(this.#reasoning, this.#traits)
    this.#reasoning = undefined
    return signature === undefined ? [] : [{ kind: 'signature', signature }]
  }

  #readCall(part: Of<'tool-input-start' | 'tool-input-delta' | 'tool-call'>): readonly Step[] {
    switch (part.type) {
      case 'tool-input-start':
        return part.providerExecuted === true ? [] : this.#open(part.id, part.toolName, part.providerMetadata)
      case 'tool-input-delta':
        return this.#add(part.id, part.delta)
      case 'tool-call':
        return part.providerExecuted === true ? [] : this.#complete(part)
    }
  }

  #open(id: string, name: string, metadata: SharedV4ProviderMetadata | undefined): readonly Step[] {
    if (this.#calls.has(id)) return []
    const index = this.#calls.size
    this.#calls.set(id, { index, begun: false })
    const signature = callSignature(metadata, this.#traits, id)
    const call = { kind: 'call', index, id, name } as const
    return signature === undefined ? [call] : [{ kind: 'signature', signature }, call]
  }

  #add(id: string, json: string): readonly Step[] {
    const call = this.#calls.get(id)
    if (call === undefined || json === '') return []
    call.begun = true
    return [{ kind: 'input', index: call.index, json }]
  }

  /** A whole call: what was not streamed of it is said now. */
  #complete(part: LanguageModelV4ToolCall): readonly Step[] {
    const opened = this.#open(part.toolCallId, part.toolName, part.providerMetadata)
    const begun = this.#calls.get(part.toolCallId)?.begun === true
    return begun ? opened : [...opened, ...this.#add(part.toolCallId, part.input)]
  }

  #finish(part: Of<'finish'>): readonly Step[] {
    if (isInterrupted(part.finishReason)) return [{ kind: 'error', error: INTERRUPTED }]
    this.#finished = true
    const stopSequence = stopSequenceOf(part.providerMetadata, this.#traits)
    return [
      { kind: 'finish', finish: finishOf(part.finishReason), stopSequence },
      { kind: 'usage', usage: usageOf(part.usage) },
    ]
  }
}

function isContent(step: Step): boolean {
  return step.kind !== 'lost' && step.kind !== 'start' && step.kind !== 'ping' && step.kind !== 'error'
}

function callSignature(
  metadata: SharedV4ProviderMetadata | undefined,
  traits: LibraryTraits,
  id: string,
): string | undefined {
  return traits.signedCalls === undefined ? undefined : signatureOf(metadata, traits, id)
}

function fileError(mediaType: string): ReplyError {
  return {
    code: null,
    type: 'unsupported_answer',
    message: `the answer holds a file (${mediaType}), which cannot be passed on`,
  }
}

/** A whole answer, or why it cannot be passed on. */
export function readResult(result: LanguageModelV4GenerateResult, traits: LibraryTraits): Reply | ReplyError {
  const file = result.content.find(content => content.type === 'file')
  if (file !== undefined) return fileError(file.mediaType)
  return (
    missingAnswer(result) ?? {
      ...startOf(result.response ?? {}),
      parts: joinSignatures(result.content.flatMap(content => readContent(content, traits))),
      finish: finishOf(result.finishReason),
      stopSequence: stopSequenceOf(result.providerMetadata, traits),
      usage: usageOf(result.usage),
    }
  )
}

/** Packages take an error in a 200, or any other JSON, for an answer that says nothing and ended for no reason. */
function missingAnswer({
  content,
  finishReason,
  response,
}: LanguageModelV4GenerateResult): ReplyError | undefined {
  if (content.length > 0 || !isInterrupted(finishReason)) return undefined
  const error = asObject(asObject(response?.body)?.error)
  return error === undefined ? BAD_ANSWER : replyErrorOf(error)
}

/** A signature alone ends the reasoning before it, as it does in a stream. */
function joinSignatures(parts: readonly ReplyContent[]): readonly ReplyContent[] {
  const joined: ReplyContent[] = []
  for (const part of parts) {
    const before = joined.at(-1)
    const alone = part.kind === 'reasoning' && part.text === ''
    if (!alone || before?.kind !== 'reasoning' || before.signature !== undefined) joined.push(part)
    else joined[joined.length - 1] = { ...part, text: before.text }
  }
  return joined
}

function readContent(content: LanguageModelV4Content, traits: LibraryTraits): readonly ReplyContent[] {
  switch (content.type) {
    case 'text':
      return content.text === '' ? [] : [{ kind: 'text', text: content.text }]
    case 'reasoning': {
      const signature = signatureOf(content.providerMetadata, traits)
      return [{ kind: 'reasoning', text: content.text, ...(signature === undefined ? {} : { signature }) }]
    }
    case 'tool-call':
      return content.providerExecuted === true ? [] : readCall(content, traits)
    // Of a stream's parts these are the ones that are passed over, for the same reasons.
    case 'custom':
    case 'file':
    case 'reasoning-file':
    case 'source':
    case 'tool-approval-request':
    case 'tool-result':
      return []
    default:
      return []
  }
}

function readCall(call: LanguageModelV4ToolCall, traits: LibraryTraits): readonly ReplyContent[] {
  const { toolCallId: id, toolName: name, input } = call
  const signature = callSignature(call.providerMetadata, traits, id)
  const signed = signature === undefined ? [] : [{ kind: 'reasoning', text: '', signature } as const]
  return [...signed, { kind: 'tool_call', id, name, input }]
}
