// Arbitrary prompts and replies in the neutral form, for the properties that tests of dialects state. Only values
// with a meaning: tool results answer calls, a named tool exists, cached tokens are part of the input.
import fc from 'fast-check'
import type { JsonObject } from '../wire-format.ts'
import type {
  AssistantPart,
  DocumentPart,
  ImagePart,
  OutputFormat,
  Prompt,
  ReasoningPart,
  ReasoningWish,
  RedactedPart,
  RefusalPart,
  Sampling,
  TextPart,
  Tool,
  ToolCallPart,
  ToolChoice,
  ToolResultPart,
  Turn,
  UserPart,
} from './prompt.ts'
import type { Finish, Reply, ReplyContent, ReplyPart, ReplyUsage } from './reply.ts'

/** Text that is not empty, with what breaks naive writers: quotes, line ends, surrogates, SSE's own words. */
export const someText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('Hello', ' world', 'é😀', '\u2028', '"quoted"', 'data: x\n\n', '\\n', '{"a":1}', 'a\r\nb'),
)

/** Letters, digits, `-` and `_`, as ids and names of tools are. */
export const someName: fc.Arbitrary<string> = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,11}$/)

/** What a JSON text can hold and `JSON.parse` gives back. */
export const someObject: fc.Arbitrary<JsonObject> = fc
  .dictionary(someName, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map(value => JSON.parse(JSON.stringify(value)) as JsonObject)

const someBase64 = fc
  .uint8Array({ minLength: 1, maxLength: 8 })
  .map(bytes => Buffer.from(bytes).toString('base64'))
const someUrl = someName.map(name => `https://example.com/${name}`)
const cached = { cacheControl: fc.constantFrom({ type: 'ephemeral' }, { type: 'ephemeral', ttl: '1h' }) }

const textKind = { kind: fc.constant('text' as const), text: someText }
export const plainText: fc.Arbitrary<TextPart> = fc.record(textKind)
export const cachedText: fc.Arbitrary<TextPart> = fc.record(
  { ...textKind, ...cached },
  { requiredKeys: ['kind', 'text'] },
)

const urlSource = fc.record({ kind: fc.constant('url' as const), url: someUrl })
const fileSource = fc.record({ kind: fc.constant('file' as const), id: someName })
const textSource = fc.record({ kind: fc.constant('text' as const), text: someText })
const dataSource = (mediaTypes: readonly string[]) =>
  fc.record({
    kind: fc.constant('data' as const),
    mediaType: fc.constantFrom(...mediaTypes),
    data: someBase64,
  })

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

const imageFrom = (source: fc.Arbitrary<ImagePart['source']>): fc.Arbitrary<ImagePart> =>
  fc.record({ kind: fc.constant('image' as const), source })
const documentFrom = (source: fc.Arbitrary<DocumentPart['source']>): fc.Arbitrary<DocumentPart> =>
  fc.record(
    { kind: fc.constant('document' as const), source, name: someName },
    { requiredKeys: ['kind', 'source'] },
  )

export const urlImage = imageFrom(urlSource)
export const dataImage = imageFrom(dataSource(IMAGES))
export const fileImage = imageFrom(fileSource)
export const urlDocument = documentFrom(urlSource)
export const dataDocument = documentFrom(dataSource(['application/pdf']))
export const fileDocument = documentFrom(fileSource)
export const textDocument = documentFrom(textSource)

export const unsignedReasoning: fc.Arbitrary<ReasoningPart> = fc.record({
  kind: fc.constant('reasoning' as const),
  text: someText,
})
export const signedReasoning: fc.Arbitrary<ReasoningPart> = fc.record({
  kind: fc.constant('reasoning' as const),
  text: fc.oneof(someText, fc.constant('')),
  signature: someBase64,
})
export const redacted: fc.Arbitrary<RedactedPart> = fc.record({
  kind: fc.constant('redacted' as const),
  data: someBase64,
})
export const refusal: fc.Arbitrary<RefusalPart> = fc.record({
  kind: fc.constant('refusal' as const),
  text: someText,
})

/** Its id is made unique by whoever places it. */
export const toolCall: fc.Arbitrary<ToolCallPart> = fc.record({
  kind: fc.constant('tool_call' as const),
  id: someName,
  name: someName,
  input: someObject.map(input => JSON.stringify(input)),
})

/** What the parts of a prompt may be; a dialect's test names those that its format can say. */
export interface PromptParts {
  readonly system: fc.Arbitrary<TextPart>
  readonly user: fc.Arbitrary<Exclude<UserPart, ToolResultPart>>
  readonly result: fc.Arbitrary<ToolResultPart['parts'][number]>
  readonly assistant: fc.Arbitrary<AssistantPart>
  readonly outcome: fc.Arbitrary<ToolResultPart['outcome']>
}

/** Every part there is. */
export const anyPart: PromptParts = {
  system: cachedText,
  user: fc.oneof(
    cachedText,
    urlImage,
    dataImage,
    fileImage,
    urlDocument,
    dataDocument,
    fileDocument,
    textDocument,
  ),
  result: fc.oneof(plainText, urlImage, dataImage, dataDocument),
  assistant: fc.oneof(plainText, unsignedReasoning, signedReasoning, redacted, refusal, toolCall),
  outcome: fc.constantFrom('ok', 'error'),
}

const someTools: fc.Arbitrary<readonly Tool[]> = fc.uniqueArray(
  fc.record(
    {
      name: someName,
      description: someText,
      schema: fc.record({ type: fc.constant('object'), properties: fc.dictionary(someName, someObject) }),
      strict: fc.boolean(),
    },
    { requiredKeys: ['name'] },
  ),
  { maxLength: 3, selector: tool => tool.name },
)

export const someFormat: fc.Arbitrary<OutputFormat> = fc.oneof(
  fc.record({ kind: fc.constant('json' as const) }),
  fc.record(
    {
      kind: fc.constant('schema' as const),
      name: someName,
      description: someText,
      schema: someObject,
      strict: fc.boolean(),
    },
    { requiredKeys: ['kind', 'schema'] },
  ),
)

export const someEffort = fc.constantFrom('minimal', 'low', 'medium', 'high', 'xhigh', 'max')

export const someWish: fc.Arbitrary<ReasoningWish> = fc.oneof(
  fc.record({ effort: someEffort }),
  fc.record({ mode: fc.constant('adaptive' as const), effort: someEffort }, { requiredKeys: ['mode'] }),
  fc.record({ mode: fc.constant('budget' as const), budget: fc.integer({ min: 1024, max: 60_000 }) }),
  fc.record({ mode: fc.constant('off' as const) }),
)

const somePenalty = fc.integer({ min: -20, max: 20 }).map(tenths => tenths / 10 || 0)

export const someSampling: fc.Arbitrary<Sampling> = fc.record(
  {
    temperature: fc.integer({ min: 0, max: 20 }).map(tenths => tenths / 10),
    topP: fc.integer({ min: 0, max: 10 }).map(tenths => tenths / 10),
    topK: fc.integer({ min: 1, max: 500 }),
    seed: fc.integer(),
    frequencyPenalty: somePenalty.filter(value => value !== 0),
    presencePenalty: somePenalty.filter(value => value !== 0),
  },
  { requiredKeys: [] },
)

/** One round of a conversation: what the user says, what the system adds, what the assistant answers. */
interface Round {
  readonly user: readonly UserPart[]
  readonly instruction: readonly TextPart[]
  readonly assistant: readonly AssistantPart[]
  readonly results: readonly { parts: ToolResultPart['parts']; outcome: ToolResultPart['outcome'] }[]
}

function someRound(parts: PromptParts): fc.Arbitrary<Round> {
  const result = fc.record({
    parts: fc.array(parts.result, { minLength: 1, maxLength: 2 }),
    outcome: parts.outcome,
  })
  return fc.record({
    user: fc.array(parts.user, { minLength: 1, maxLength: 3 }),
    instruction: fc.oneof(
      { arbitrary: fc.constant([]), weight: 3 },
      { arbitrary: fc.array(parts.system, { minLength: 1, maxLength: 2 }), weight: 1 },
    ),
    assistant: fc.array(parts.assistant, { minLength: 1, maxLength: 4 }),
    results: fc.array(result, { minLength: 4, maxLength: 4 }),
  })
}

/** Turns that alternate and begin and end with the user; calls get unique ids, and each its result in the next turn. */
function conversation(rounds: readonly Round[]): readonly Turn[] {
  const turns: Turn[] = []
  let results: ToolResultPart[] = []
  for (const [number, round] of rounds.entries()) {
    turns.push({ role: 'user', parts: [...results, ...round.user] })
    if (round.instruction.length > 0) turns.push({ role: 'instruction', parts: round.instruction })
    if (number === rounds.length - 1) break
    const parts = withUniqueCalls(round.assistant, number)
    turns.push({ role: 'assistant', parts })
    const calls = parts.filter(part => part.kind === 'tool_call')
    results = calls.map((call, index) => answered(call.id, round, index))
  }
  return turns
}

function answered(callId: string, round: Round, index: number): ToolResultPart {
  const { parts, outcome } = round.results[index % round.results.length] ?? { parts: [], outcome: 'ok' }
  return { kind: 'tool_result', callId, parts, outcome }
}

function withUniqueCalls<P extends AssistantPart>(parts: readonly P[], round: number): readonly P[] {
  return parts.map((part, index) =>
    part.kind === 'tool_call' ? { ...part, id: `${part.id}-${round}-${index}` } : part,
  )
}

/** Prompts of the given parts. */
export function somePrompt(parts: PromptParts): fc.Arbitrary<Prompt> {
  const rest = fc.record({
    system: fc.array(parts.system, { maxLength: 2 }),
    turns: fc.array(someRound(parts), { minLength: 1, maxLength: 4 }).map(conversation),
    format: fc.option(someFormat, { nil: undefined }),
    reasoning: fc.option(someWish, { nil: undefined }),
    sampling: someSampling,
    stop: fc.array(someText, { maxLength: 3 }),
    maxTokens: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
    user: fc.option(someName, { nil: undefined }),
    stream: fc.boolean(),
    streamUsage: fc.constantFrom('asked', 'never'),
  })
  return fc
    .tuple(rest, someTools)
    .chain(([prompt, tools]) => someToolUse(tools).map(use => ({ ...prompt, ...use })))
}

function someToolUse(tools: readonly Tool[]): fc.Arbitrary<Pick<Prompt, 'tools' | 'toolChoice' | 'calls'>> {
  if (tools.length === 0) return fc.constant({ tools, toolChoice: undefined, calls: undefined })
  const choice = fc.oneof(
    fc.record({ kind: fc.constantFrom('auto', 'none', 'required') }),
    fc.record({
      kind: fc.constant('named' as const),
      name: fc.constantFrom(...tools.map(tool => tool.name)),
    }),
  ) satisfies fc.Arbitrary<ToolChoice>
  return fc.record({
    tools: fc.constant(tools),
    toolChoice: fc.option(choice, { nil: undefined }),
    calls: fc.constantFrom('one', 'many', undefined),
  })
}

/** Tokens: nothing known, the sums alone, or all of them, with cached and written tokens within the input. */
export const someUsage: fc.Arbitrary<ReplyUsage> = fc
  .tuple(fc.array(fc.nat(1_000_000), { minLength: 5, maxLength: 5 }), fc.constantFrom('none', 'sums', 'all'))
  .map(([[fresh = 0, cachedInput = 0, cacheWritten = 0, visible = 0, reasoning = 0], known]) => ({
    input: known === 'none' ? null : fresh + cachedInput + cacheWritten,
    cachedInput: known === 'all' ? cachedInput : null,
    cacheWritten: known === 'all' ? cacheWritten : null,
    output: known === 'none' ? null : visible + reasoning,
    reasoning: known === 'all' ? reasoning : null,
  }))

/** What an answer may hold: adjacent parts that a stream cannot tell apart are one part. */
export function someContent(part: fc.Arbitrary<ReplyContent>): fc.Arbitrary<readonly ReplyContent[]> {
  return fc
    .array(part, { maxLength: 5 })
    .map(parts => withUniqueCalls(parts, 0).reduce<readonly ReplyContent[]>(addApart, []))
}

function addApart(kept: readonly ReplyContent[], part: ReplyContent): readonly ReplyContent[] {
  return runsOn(kept.at(-1), part) ? kept : [...kept, part]
}

function runsOn(before: ReplyContent | undefined, part: ReplyContent): boolean {
  if (before?.kind !== part.kind) return false
  if (part.kind === 'text' || part.kind === 'refusal') return true
  // Only a signature ends reasoning.
  return before.kind === 'reasoning' && before.signature === undefined
}

const someFinish = (parts: readonly ReplyContent[]): fc.Arbitrary<Finish> =>
  parts.some(part => part.kind === 'tool_call')
    ? fc.constantFrom('tool_calls', 'length')
    : fc.constantFrom('stop', 'stop_sequence', 'length', 'refusal', 'filter', 'pause', 'unknown')

/** Answers of the given parts; an answer that was refused or called tools says so. */
export function someReply(part: fc.Arbitrary<ReplyContent> = anyReplyPart): fc.Arbitrary<Reply> {
  return someContent(part).chain(parts =>
    fc
      .record({
        id: fc.option(someName),
        model: fc.option(someName),
        created: fc.option(fc.nat(2_000_000_000)),
        finish: someFinish(parts),
        sequence: someText,
        usage: someUsage,
      })
      .map(({ sequence, ...rest }) => ({
        ...rest,
        parts,
        stopSequence: rest.finish === 'stop_sequence' ? sequence : null,
      })),
  )
}

export const anyReplyPart: fc.Arbitrary<ReplyContent> = fc.oneof(
  plainText,
  unsignedReasoning,
  signedReasoning,
  redacted,
  refusal,
  toolCall,
)

/** The parts that stream `reply`, its texts cut as `cuts` (0..1, used in turn) says; pings come in between. */
export function streamOf(reply: Reply, cuts: readonly number[]): readonly ReplyPart[] {
  const cut = cutter(cuts)
  const parts: ReplyPart[] = [
    { kind: 'start', id: reply.id, model: reply.model, created: reply.created },
    { kind: 'ping' },
  ]
  let calls = 0
  for (const part of reply.parts) parts.push(...stepsOf(part, cut, part.kind === 'tool_call' ? calls++ : 0))
  parts.push({ kind: 'finish', finish: reply.finish, stopSequence: reply.stopSequence })
  parts.push({ kind: 'usage', usage: reply.usage }, { kind: 'done' })
  return parts
}

function cutter(cuts: readonly number[]): (text: string) => readonly string[] {
  let next = 0
  return text => {
    const at = Math.floor((cuts[next++ % Math.max(cuts.length, 1)] ?? 1) * (text.length + 1))
    return [text.slice(0, at), text.slice(at)].filter(piece => piece !== '')
  }
}

function stepsOf(
  part: ReplyContent,
  cut: (text: string) => readonly string[],
  index: number,
): readonly ReplyPart[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return cut(part.text).map(text => ({ kind: part.kind, text }))
    case 'reasoning': {
      const steps: ReplyPart[] = cut(part.text).map(text => ({ kind: 'reasoning', text }))
      if (part.signature !== undefined) steps.push({ kind: 'signature', signature: part.signature })
      return steps
    }
    case 'redacted':
      return [{ kind: 'redacted', data: part.data }]
    case 'tool_call': {
      const opened: ReplyPart = { kind: 'call', index, id: part.id, name: part.name }
      return [opened, ...cut(part.input).map((json): ReplyPart => ({ kind: 'input', index, json }))]
    }
  }
}

/** An answer together with one of the streams that carry it. */
export function someStreamedReply(
  part: fc.Arbitrary<ReplyContent> = anyReplyPart,
): fc.Arbitrary<{ readonly reply: Reply; readonly stream: readonly ReplyPart[] }> {
  const cuts = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 4 })
  return fc.tuple(someReply(part), cuts).map(([reply, at]) => ({ reply, stream: streamOf(reply, at) }))
}

/** Parts in any order, as a stream that breaks the rules would have them. */
export const someArrival: fc.Arbitrary<readonly ReplyPart[]> = fc
  .array(fc.tuple(someStreamedReply(), fc.nat()), { minLength: 1, maxLength: 2 })
  .map(streams => streams.flatMap(([{ stream }, from]) => stream.slice(from % stream.length)))
