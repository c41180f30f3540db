// Laws of the messages dialect, over arbitrary prompts and answers.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cachedText,
  dataDocument,
  dataImage,
  fileDocument,
  fileImage,
  plainText,
  redacted,
  signedReasoning,
  somePrompt,
  someReply,
  someStreamedReply,
  textDocument,
  toolCall,
  urlDocument,
  urlImage,
} from '../translation/arbitrary.ts'
import type { ClientSide, ProviderSide, ReplyReader } from '../translation/dialect.ts'
import { Losses } from '../translation/loss.ts'
import type { Prompt, ReasoningWish, Sampling, Turn } from '../translation/prompt.ts'
import type { Reply, ReplyContent, ReplyPart } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { traits } from './fixtures/request.ts'
import { messagesClient, messagesProvider } from './messages-dialect.ts'

const target = { ...traits, model: 'claude-opus-4-8' }
const echo = { id: 'w1', model: 'claude-opus-4-8', now: 0 }

const isVisible = (part: { text: string }) => part.text.trim() !== ''
const shownText = cachedText.filter(isVisible)

/** Prompts in the words that Anthropic has; what is left out by default is left out here. */
const sayable = somePrompt({
  system: shownText,
  user: fc.oneof(
    shownText,
    urlImage,
    dataImage,
    fileImage,
    urlDocument,
    dataDocument,
    fileDocument,
    textDocument,
  ),
  result: fc.oneof(plainText.filter(isVisible), urlImage, dataImage, dataDocument),
  assistant: fc.oneof(plainText.filter(isVisible), signedReasoning, redacted, toolCall),
  outcome: fc.constantFrom('ok', 'error'),
}).map(asSayable)

function asSayable(prompt: Prompt): Prompt {
  const tools = prompt.tools.map(tool => ({ schema: { type: 'object' }, ...tool }))
  const reasoning = sayableWish(prompt.reasoning)
  const isForced = prompt.toolChoice?.kind === 'required' || prompt.toolChoice?.kind === 'named'
  return {
    ...prompt,
    tools:
      tools.length > 0 || !callsTools(prompt.turns) ? tools : [{ name: 'f', schema: { type: 'object' } }],
    toolChoice: reasoning?.mode === 'budget' && isForced ? undefined : prompt.toolChoice,
    calls: prompt.calls === 'one' && hasChoice(prompt) ? 'one' : undefined,
    format: prompt.format?.kind === 'schema' ? { kind: 'schema', schema: prompt.format.schema } : undefined,
    reasoning,
    sampling: reasoning === undefined || reasoning.mode === 'off' ? sayableSampling(prompt.sampling) : {},
    stop: prompt.stop.filter(sequence => sequence.trim() !== ''),
    maxTokens: 100_000,
    streamUsage: 'always',
  }
}

/** `auto`, which is said when calls are limited; forced choices are left to the tests of the writer. */
function hasChoice({ toolChoice }: Prompt): boolean {
  return toolChoice?.kind === 'auto'
}

function callsTools(turns: readonly Turn[]): boolean {
  return turns.some(turn => turn.role === 'assistant' && turn.parts.some(part => part.kind === 'tool_call'))
}

function sayableWish(wish: ReasoningWish | undefined): ReasoningWish | undefined {
  if (wish?.mode !== undefined) return wish.effort === 'minimal' ? { mode: wish.mode } : wish
  return undefined
}

function sayableSampling({ temperature = 1, topP = 1, topK }: Sampling): Sampling {
  return {
    ...(temperature < 1 ? { temperature } : {}),
    ...(topP === 1 ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
  }
}

describe('prompts', () => {
  test('come back as they were when Anthropic can say them', () => {
    fc.assert(
      fc.property(sayable, prompt => {
        const losses = new Losses()
        const { body } = messagesProvider.write(prompt, target, losses)
        // A budget is left out of a tool loop that does not begin with thinking: that is a hint of its own.
        fc.pre(!losses.fields.includes('reasoning'))
        const read = messagesClient.read(JSON.parse(JSON.stringify(body)) as JsonObject, losses)
        expect(losses.list).toEqual([])
        expect(read.prompt).toEqual(prompt)
      }),
    )
  })
})

/** Answers that Anthropic's format tells apart: it has no word for a filter, none for a reason that is unknown. */
const tellable = someReply(fc.oneof(plainText, signedReasoning, redacted, toolCall)).filter(
  reply => reply.finish !== 'filter' && reply.finish !== 'unknown' && reply.usage.cachedInput !== null,
)

describe('whole answers', () => {
  test('come back as they were, but for when they were made', () => {
    fc.assert(
      fc.property(tellable, reply => {
        const id = reply.id ?? 'msg_w1'
        const told = { ...reply, id, model: reply.model ?? echo.model, created: null }
        expect(provider().readReply(client().writeReply(reply, echo))).toEqual(told)
      }),
    )
  })
})

describe('streams', () => {
  test('that were written are read as the same answer, frame by frame', () => {
    fc.assert(
      fc.property(someStreamedReply(), ({ reply, stream }) => {
        const writer = client().writeStream(echo)
        const frames = stream.map(part => writer.write(part)).join('')
        const whole = provider().readReply(client().writeReply(reply, echo))
        expect(collect(framesOf(frames), provider().readStream())).toEqual(whole)
      }),
    )
  })
})

function client(): ClientSide {
  return messagesClient.read({}, new Losses())
}

function provider(): ProviderSide {
  return messagesProvider.write(client().prompt, target, new Losses())
}

function framesOf(stream: string): readonly string[] {
  return stream
    .split('\n')
    .filter(line => line.startsWith('data: '))
    .map(line => line.slice('data: '.length))
}

/** Puts the parts of a stream together. */
function collect(frames: readonly string[], reader: ReplyReader): Reply {
  let reply = provider().readReply({})
  for (const part of frames.flatMap(data => reader.read(undefined, data))) reply = add(reply, part)
  return reply
}

function add(reply: Reply, part: ReplyPart): Reply {
  switch (part.kind) {
    case 'start':
      return { ...reply, id: part.id, model: part.model, created: part.created }
    case 'finish':
      return { ...reply, finish: part.finish, stopSequence: part.stopSequence }
    case 'usage':
      return { ...reply, usage: part.usage }
    case 'ping':
    case 'done':
    case 'error':
      return reply
    default:
      return { ...reply, parts: addContent(reply.parts, part) }
  }
}

type ContentStep = Exclude<ReplyPart, { kind: 'start' | 'finish' | 'usage' | 'ping' | 'done' | 'error' }>

function addContent(parts: readonly ReplyContent[], step: ContentStep): readonly ReplyContent[] {
  const last = parts.at(-1)
  const before = parts.slice(0, -1)
  switch (step.kind) {
    case 'text':
    case 'refusal':
      return last?.kind === step.kind
        ? [...before, { ...last, text: last.text + step.text }]
        : [...parts, step]
    case 'reasoning':
      return last?.kind === 'reasoning' && last.signature === undefined
        ? [...before, { ...last, text: last.text + step.text }]
        : [...parts, step]
    case 'signature': {
      const { signature } = step
      return last?.kind === 'reasoning' && last.signature === undefined
        ? [...before, { ...last, signature }]
        : [...parts, { kind: 'reasoning', text: '', signature }]
    }
    case 'redacted':
      return [...parts, step]
    case 'call':
      return [...parts, { kind: 'tool_call', id: step.id, name: step.name, input: '' }]
    case 'input':
      return last?.kind === 'tool_call' ? [...before, { ...last, input: last.input + step.json }] : parts
  }
}
