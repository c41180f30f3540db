import fc from 'fast-check'
import OpenAI from 'openai'
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions'
import { describe, expect, test } from 'vitest'
import {
  anyPart,
  dataDocument,
  dataImage,
  fileDocument,
  plainText,
  refusal,
  someArrival,
  somePrompt,
  someReply,
  someStreamedReply,
  someUsage,
  toolCall,
  unsignedReasoning,
  urlImage,
} from '../translation/arbitrary.ts'
import type { TargetTraits } from '../translation/dialect.ts'
import { Losses } from '../translation/loss.ts'
import type { AssistantPart, DocumentPart, Prompt, Turn } from '../translation/prompt.ts'
import type { Reply, ReplyPart } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { BUDGET_EFFORTS } from './chat-body.ts'
import { chatClient, chatProvider } from './chat-dialect.ts'
import { writeUsage } from './chat-reply.ts'
import { readReplyUsage } from './usage.ts'

const traits: TargetTraits = {
  model: 'gpt-5.4',
  outputLimit: undefined,
  reasoning: 'effort',
  json: 'schema',
  maxTokensField: 'max_completion_tokens',
  reasoningField: 'reasoning_content',
  streamUsage: 'ask',
}

const echo = { id: 'chatcmpl-1', model: 'claude-opus-4-6', now: 1741569952 }

const chatPrompt = somePrompt({
  system: plainText,
  user: fc.oneof(plainText, urlImage, dataImage, dataDocument, fileDocument),
  result: plainText,
  assistant: fc.oneof(plainText, unsignedReasoning, refusal, toolCall),
  outcome: fc.constant('ok'),
})

/** The prompt in the terms of chat: what it has one way to say only. */
function inChat(prompt: Prompt): Prompt {
  const { topK: _, ...sampling } = prompt.sampling
  const { format, reasoning } = prompt
  return {
    ...prompt,
    turns: prompt.turns.map(turnInChat),
    format: format?.kind === 'schema' ? { name: 'response', ...format } : format,
    reasoning: reasoning === undefined ? undefined : wishInChat(reasoning),
    sampling,
    streamUsage: prompt.stream ? 'asked' : 'never',
  }
}

function turnInChat(turn: Turn): Turn {
  if (turn.role === 'assistant') return { role: 'assistant', parts: answerInChat(turn.parts) }
  if (turn.role === 'instruction') return turn
  return {
    role: 'user',
    parts: turn.parts.map(part => (part.kind === 'document' ? documentInChat(part) : part)),
  }
}

/** Data are named; what was uploaded has its name. */
function documentInChat({ kind, source, name }: DocumentPart): DocumentPart {
  return source.kind === 'file' ? { kind, source } : { kind, source, name: name ?? 'document.pdf' }
}

function answerInChat(parts: readonly AssistantPart[]): readonly AssistantPart[] {
  const joined = (kind: 'reasoning' | 'refusal'): readonly AssistantPart[] => {
    const text = parts.map(part => (part.kind === kind ? part.text : '')).join('')
    return text === '' ? [] : [{ kind, text }]
  }
  const of = (kind: 'text' | 'tool_call') => parts.filter(part => part.kind === kind)
  return [...joined('reasoning'), ...of('text'), ...joined('refusal'), ...of('tool_call')]
}

function wishInChat({ mode, effort, budget = 0 }: NonNullable<Prompt['reasoning']>): Prompt['reasoning'] {
  if (mode === 'off') return { effort: 'none' }
  if (effort !== undefined) return { effort }
  const row = BUDGET_EFFORTS.find(({ upTo }) => budget <= upTo)
  return mode === 'budget' && row !== undefined ? { effort: row.effort } : undefined
}

test('a prompt that chat can say is read from its body as it was written', () => {
  fc.assert(
    fc.property(chatPrompt, prompt => {
      const written = new Losses()
      const { body } = chatProvider.write(prompt, traits, written)
      expect(written.fields.filter(field => field !== 'top_k')).toEqual([])
      const read = new Losses()
      const sent = JSON.parse(JSON.stringify(body)) as JsonObject
      expect(chatClient.read(sent, read).prompt).toEqual(inChat(prompt))
      expect(read.list).toEqual([])
    }),
  )
})

test('of any prompt, each image and document is written or reported', () => {
  fc.assert(
    fc.property(somePrompt(anyPart), prompt => {
      const losses = new Losses()
      const { body } = chatProvider.write(prompt, traits, losses)
      const lost = losses.list.filter(({ field }) => field === 'image' || field === 'document')
      const parts = prompt.turns
        .flatMap(turn => turn.parts.flatMap(part => (part.kind === 'tool_result' ? part.parts : part)))
        .filter(part => part.kind === 'image' || part.kind === 'document')
      const sent = (body.messages as { content: { type?: string }[] | string | null }[])
        .flatMap(({ content }) => (Array.isArray(content) ? content : []))
        .filter(part => part.type !== 'text')
      expect(sent.length + lost.length).toBe(parts.length)
      expect(lost.every(({ weight }) => weight === 'demand')).toBe(true)
    }),
  )
})

test('a request of any shape is read without an exception', () => {
  const keys = [
    ...'messages role content type text image_url file tool_calls function tools tool_choice stop'.split(' '),
    ...'reasoning_details arguments response_format json_schema user stream_options'.split(' '),
  ]
  const leaf = fc.constantFrom('user', 'assistant', 'tool', 'system', 'text', 'function', '', 0, null, true)
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 5 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), tree), body => {
      chatClient.read(body, new Losses())
      chatProvider.write(chatClient.read(body, new Losses()).prompt, traits, new Losses())
    }),
  )
})

function clientSide(streamUsage: 'asked' | 'never') {
  const body = { messages: [], stream: true, stream_options: { include_usage: streamUsage === 'asked' } }
  return chatClient.read(body, new Losses())
}

function write(parts: readonly ReplyPart[], streamUsage: 'asked' | 'never' = 'asked'): readonly string[] {
  const writer = clientSide(streamUsage).writeStream(echo)
  const frames = parts.map(part => writer.write(part)).join('')
  expect(frames.endsWith('\n\n')).toBe(true)
  return frames.split('\n\n').filter(frame => frame.startsWith('data: '))
}

const dataOf = (frames: readonly string[]) => frames.map(frame => frame.slice('data: '.length))

interface Words {
  content: string
  refusal: string
  reasoning_content: string
}

interface Message extends Words {
  reasoning_details: unknown[]
  tool_calls: { function: { arguments: string } }[]
}

interface Delta extends Partial<Words> {
  readonly reasoning_details?: readonly unknown[]
  readonly tool_calls?: readonly { index: number; function: { arguments: string } }[]
}

interface Chunk {
  readonly choices: readonly { readonly delta: Delta; readonly finish_reason: string | null }[]
  readonly usage?: unknown
}

/** Puts the chunks of a stream together as OpenAI's API reference has it: deltas by index, one after the other. */
function reassemble(frames: readonly string[]) {
  const message: Message = {
    content: '',
    refusal: '',
    reasoning_content: '',
    reasoning_details: [],
    tool_calls: [],
  }
  let finish: string | null = null
  let usage: unknown
  for (const data of dataOf(frames).slice(0, -1)) {
    const chunk = JSON.parse(data) as Chunk
    usage = chunk.usage ?? usage
    for (const { delta, finish_reason } of chunk.choices) {
      finish = finish_reason ?? finish
      for (const field of ['content', 'refusal', 'reasoning_content'] as const)
        message[field] += delta[field] ?? ''
      message.reasoning_details.push(...(delta.reasoning_details ?? []))
      for (const { index, ...call } of delta.tool_calls ?? []) {
        const before = message.tool_calls[index]
        if (before === undefined) message.tool_calls[index] = call
        else before.function.arguments += call.function.arguments
      }
    }
  }
  return { message: withoutEmpty(message), finish, usage }
}

function withoutEmpty(message: object): object {
  return Object.fromEntries(
    Object.entries(message).filter(
      ([field, value]) => field !== 'role' && value !== null && value !== '' && String(value) !== '',
    ),
  )
}

function whole(reply: Reply) {
  const body = clientSide('asked').writeReply(reply, echo)
  const [choice] = body.choices as [{ message: object; finish_reason: string }]
  return { message: withoutEmpty(choice.message), finish: choice.finish_reason, usage: body.usage }
}

describe('a written stream', () => {
  test('put together is the whole answer', () => {
    fc.assert(
      fc.property(someStreamedReply(), ({ reply, stream }) => {
        expect(reassemble(write(stream))).toEqual(whole(reply))
      }),
    )
  })

  test('read again is the whole answer read again', () => {
    const readers = () => chatProvider.write(chatClient.read({}, new Losses()).prompt, traits, new Losses())
    fc.assert(
      fc.property(someStreamedReply(), ({ reply, stream }) => {
        const provider = readers()
        const reader = provider.readStream()
        const parts = dataOf(write(stream)).flatMap(data => reader.read(undefined, data))
        const body = clientSide('asked').writeReply(reply, echo)
        const { id, model, created, finish, usage, parts: contents } = provider.readReply(body)
        const textOf = (kind: string) =>
          contents.map(part => (part.kind === kind && 'text' in part ? part.text : '')).join('')
        expect(parts[0]).toEqual({ kind: 'start', id, model, created })
        expect(parts.at(-1)).toEqual({ kind: 'done' })
        expect(parts.find(part => part.kind === 'finish')).toEqual({
          kind: 'finish',
          finish,
          stopSequence: null,
        })
        expect(parts.findLast(part => part.kind === 'usage')?.usage ?? usage).toEqual(usage)
        for (const kind of ['text', 'reasoning', 'refusal'] as const)
          expect(parts.map(part => (part.kind === kind ? part.text : '')).join('')).toBe(textOf(kind))
        expect(parts.filter(part => part.kind === 'call').map(({ id, name }) => ({ id, name }))).toEqual(
          contents.filter(part => part.kind === 'tool_call').map(({ id, name }) => ({ id, name })),
        )
      }),
    )
  })

  test('has whole frames at every part, in whatever order parts come', () => {
    fc.assert(
      fc.property(someArrival, fc.constantFrom('asked', 'never'), (parts, streamUsage) => {
        const writer = clientSide(streamUsage).writeStream(echo)
        for (const part of parts)
          expect(writer.write(part)).toMatch(/^((data: \{[^\n]*\}|: ping)\n\n)*(data: \[DONE\]\n\n)?$/)
      }),
    )
  })
})

test('usage is written as it was read, to the token', () => {
  fc.assert(
    fc.property(someUsage, usage => {
      expect(readReplyUsage(writeUsage(usage) ?? {})).toEqual(usage)
    }),
  )
})

test('reasoning that is signed survives a turn through a client that sends messages back', () => {
  fc.assert(
    fc.property(someReply(), reply => {
      const body = clientSide('asked').writeReply(reply, echo)
      const [choice] = body.choices as [{ message: JsonObject }]
      const losses = new Losses()
      const { prompt } = chatClient.read({ messages: [choice.message] }, losses)
      const signed = (parts: readonly AssistantPart[]) =>
        parts.filter(part => part.kind === 'redacted' || (part.kind === 'reasoning' && 'signature' in part))
      expect(signed((prompt.turns[0]?.parts ?? []) as readonly AssistantPart[])).toEqual(signed(reply.parts))
      expect(losses.list).toEqual([])
    }),
  )
})

describe('the openai SDK', () => {
  const request: ChatCompletionCreateParamsStreaming = {
    model: 'gpt-5.4',
    messages: [],
    stream: true,
    stream_options: { include_usage: true },
  }
  const sdk = (body: string) =>
    new OpenAI({
      apiKey: 'none',
      maxRetries: 0,
      fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    })
  const frames = (parts: readonly ReplyPart[]) => {
    const writer = clientSide('asked').writeStream(echo)
    return parts.map(part => writer.write(part)).join('')
  }

  test('puts a written stream together to the written answer', async () => {
    const chatReply = someStreamedReply(fc.oneof(plainText, refusal, toolCall))
    await fc.assert(
      fc.asyncProperty(chatReply, async ({ reply, stream }) => {
        const completion = await sdk(frames(stream)).chat.completions.stream(request).finalChatCompletion()
        const { choices, ...written } = clientSide('asked').writeReply(reply, echo)
        const [choice] = choices as [{ message: { content: string | null }; finish_reason: string }]
        expect(completion).toMatchObject(written)
        expect(completion.choices).toMatchObject([
          { ...choice, message: { ...choice.message, content: choice.message.content ?? '' } },
        ])
      }),
      { numRuns: 30 },
    )
  })

  test('throws the error that breaks a stream', async () => {
    const broken = frames([
      { kind: 'start', id: null, model: null, created: null },
      { kind: 'text', text: 'Hel' },
      { kind: 'error', error: { code: null, type: 'overloaded_error', message: 'Overloaded' } },
    ])
    const ended = sdk(broken).chat.completions.stream(request).finalChatCompletion()
    await expect(ended).rejects.toThrow('Overloaded')
  })
})
