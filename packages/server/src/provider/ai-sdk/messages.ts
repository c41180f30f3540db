// The turns of a prompt as the library's messages.
import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ReasoningPart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { parseObject } from '../json.ts'
import { isMarked } from '../translation/mark.ts'
import type {
  AssistantPart,
  Prompt,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
  UserPart,
} from '../translation/prompt.ts'
import { documentFile, imageFile } from './attachment.ts'
import { type Context, optionsOf } from './context.ts'
import { readSignature } from './signature.ts'

export function writeMessages(prompt: Prompt, context: Context): LanguageModelV4Prompt {
  const toolNames = namesOfCalls(prompt.turns)
  return [
    ...prompt.system.map(part => systemMessage(part, context)),
    ...prompt.turns.flatMap(turn => writeTurn(turn, toolNames, context)),
  ]
}

function systemMessage(part: TextPart, context: Context): LanguageModelV4Message {
  return { role: 'system', content: part.text, ...optionsOf(part, context) }
}

/** A tool result has to name its tool, which only the call it answers does. */
function namesOfCalls(turns: readonly Turn[]): ReadonlyMap<string, string> {
  const calls = turns.flatMap(turn => (turn.role === 'assistant' ? turn.parts : []))
  return new Map(calls.flatMap(part => (part.kind === 'tool_call' ? [[part.id, part.name] as const] : [])))
}

function writeTurn(
  turn: Turn,
  toolNames: ReadonlyMap<string, string>,
  context: Context,
): LanguageModelV4Message[] {
  switch (turn.role) {
    case 'user':
      return writeUser(turn.parts, toolNames, context)
    case 'assistant':
      return filled({ role: 'assistant', content: writeAssistant(turn.parts, context) })
    case 'instruction':
      return writeInstruction(turn.parts, context)
  }
}

/** Where no system message may stand between turns, the instruction keeps its place and is said by the user. */
function writeInstruction(parts: readonly TextPart[], context: Context): LanguageModelV4Message[] {
  if (context.traits.instructions === 'anywhere') return parts.map(part => systemMessage(part, context))
  context.losses.hint('system')
  return filled({ role: 'user', content: parts.flatMap(part => writeUserPart(part, context) ?? []) })
}

function writeUser(
  parts: readonly UserPart[],
  toolNames: ReadonlyMap<string, string>,
  context: Context,
): LanguageModelV4Message[] {
  const results = parts.filter(part => part.kind === 'tool_result')
  const rest = parts.filter(part => part.kind !== 'tool_result')
  return [
    ...filled({ role: 'tool', content: results.flatMap(part => writeResult(part, toolNames, context)) }),
    ...filled({ role: 'user', content: rest.flatMap(part => writeUserPart(part, context) ?? []) }),
  ]
}

function filled(message: LanguageModelV4Message): LanguageModelV4Message[] {
  return message.content.length === 0 ? [] : [message]
}

function writeUserPart(
  part: Exclude<UserPart, ToolResultPart>,
  context: Context,
): LanguageModelV4TextPart | LanguageModelV4FilePart | undefined {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text, ...optionsOf(part, context) }
    case 'image':
      return imageFile(part, context)
    case 'document':
      return documentFile(part, context)
  }
}

function writeResult(
  part: ToolResultPart,
  toolNames: ReadonlyMap<string, string>,
  context: Context,
): LanguageModelV4ToolResultPart[] {
  const toolName = toolNames.get(part.callId)
  if (toolName === undefined) {
    context.losses.demand('tool_result')
    return []
  }
  const { callId: toolCallId, outcome } = part
  if (outcome === 'error' && context.traits.resultErrors === 'no') context.losses.hint('is_error')
  const output = writeOutput(part, context)
  return [{ type: 'tool-result', toolCallId, toolName, output, ...optionsOf(part, context) }]
}

/** Text alone stays text: several providers would get a list of parts as JSON. */
function writeOutput(part: ToolResultPart, context: Context): LanguageModelV4ToolResultPart['output'] {
  const content = part.parts.flatMap(each => writeResultContent(each, context) ?? [])
  if (content.some(each => each.type === 'file')) {
    if (part.outcome === 'error') context.losses.hint('is_error')
    return { type: 'content', value: content }
  }
  const value = content.map(each => (each.type === 'text' ? each.text : '')).join('\n')
  return { type: part.outcome === 'error' ? 'error-text' : 'text', value }
}

/** Files of tool results come as bytes only: a library may fetch what is at a URL by itself. */
function writeResultContent(
  part: ToolResultPart['parts'][number],
  context: Context,
): LanguageModelV4TextPart | LanguageModelV4FilePart | undefined {
  if (part.kind === 'text') return { type: 'text', text: part.text }
  if (context.traits.resultFiles === 'yes' && part.source.kind === 'data') return writeUserPart(part, context)
  context.losses.demand(part.kind)
  return undefined
}

type AssistantContent = (
  | LanguageModelV4TextPart
  | LanguageModelV4ReasoningPart
  | LanguageModelV4ToolCallPart
)[]

function writeAssistant(parts: readonly AssistantPart[], context: Context): AssistantContent {
  const ofCalls = metadataOfCalls(parts)
  const calls = parts.some(part => part.kind === 'tool_call')
  const text = parts.some(part => part.kind === 'text' || part.kind === 'refusal')
  if (calls && text && context.traits.textWithCalls === 'left out') context.losses.hint('text')
  return parts.flatMap(part => writeAssistantPart(part, ofCalls, context) ?? [])
}

function metadataOfCalls(parts: readonly AssistantPart[]): ReadonlyMap<string, SharedV4ProviderMetadata> {
  const found = new Map<string, SharedV4ProviderMetadata>()
  for (const part of parts) {
    const signed = part.kind === 'reasoning' ? readSignature(part.signature) : undefined
    if (signed?.call !== undefined) found.set(signed.call, signed.metadata)
  }
  return found
}

function writeAssistantPart(
  part: AssistantPart,
  ofCalls: ReadonlyMap<string, SharedV4ProviderMetadata>,
  context: Context,
): AssistantContent[number] | undefined {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text, ...optionsOf(part, context) }
    case 'refusal':
      return { type: 'text', text: part.text }
    case 'reasoning':
      return writeReasoning(part, context)
    case 'redacted':
      context.losses.hint('reasoning')
      return undefined
    case 'tool_call':
      return writeCall(part, ofCalls.get(part.id), context)
  }
}

function writeReasoning(part: ReasoningPart, context: Context): LanguageModelV4ReasoningPart | undefined {
  const signed = readSignature(part.signature)
  const own = signed?.call === undefined ? ownMetadata(part, signed?.metadata, context) : undefined
  if (part.text === '' && own === undefined) return undefined
  const { reasoning } = context.traits
  if (reasoning === 'none' || (reasoning === 'signed' && own === undefined)) {
    context.losses.hint('reasoning')
    return undefined
  }
  return { type: 'reasoning', text: part.text, ...(own === undefined ? {} : { providerOptions: own }) }
}

/** The metadata this provider gave with the reasoning; undefined when the reasoning is another's. */
function ownMetadata(
  part: ReasoningPart,
  metadata: SharedV4ProviderMetadata | undefined,
  { traits, model }: Context,
): SharedV4ProviderMetadata | undefined {
  if (metadata !== undefined) return metadata[traits.namespace] === undefined ? undefined : metadata
  const plain = traits.anthropicSignatures !== undefined && /anthropic|claude/i.test(model)
  if (!plain || part.signature === undefined || isMarked(part.signature)) return undefined
  return { [traits.namespace]: { signature: part.signature } }
}

function writeCall(
  part: ToolCallPart,
  metadata: SharedV4ProviderMetadata | undefined,
  context: Context,
): LanguageModelV4ToolCallPart {
  const input = part.input === '' ? {} : parseObject(part.input)
  if (input === undefined) context.losses.demand('tool_calls')
  const { providerOptions } = optionsOf(part, context)
  const options = { ...providerOptions, ...metadata }
  return {
    type: 'tool-call',
    toolCallId: part.id,
    toolName: part.name,
    input: input ?? {},
    ...(Object.keys(options).length === 0 ? {} : { providerOptions: options }),
  }
}
