// Why an answer ended, in every documented word of every provider, for every client.
import type { StopReason } from '@anthropic-ai/sdk/resources/messages/messages'
import type { ChatCompletion } from 'openai/resources/chat/completions'
import { describe, expect, test } from 'vitest'
import { asObject, asString } from '../json.ts'
import { wireFormats } from '../registry.ts'
import { emptyFacts, type JsonObject, type WireFormat } from '../wire-format.ts'
import { answerOf, clientOf, translated } from './fixtures/pairs.ts'
import type { Finish, Reply } from './reply.ts'

type ChatWord = ChatCompletion.Choice['finish_reason']

/** What a client of each endpoint is told; of responses the status, and why it is incomplete. */
interface Told {
  readonly fact: Finish
  readonly chat: ChatWord
  readonly messages: StopReason
  readonly responses:
    | 'completed'
    | 'incomplete'
    | 'incomplete: max_output_tokens'
    | 'incomplete: content_filter'
}

const told = (fact: Finish, chat: ChatWord, messages: StopReason, responses: Told['responses']): Told => ({
  fact,
  chat,
  messages,
  responses,
})

const ENDED = told('stop', 'stop', 'end_turn', 'completed')
const CUT = told('length', 'length', 'max_tokens', 'incomplete: max_output_tokens')
const CALLED = told('tool_calls', 'tool_calls', 'tool_use', 'completed')

// Anthropic, guide "Handling stop reasons".
const FROM_ANTHROPIC: Readonly<Record<StopReason, Told>> = {
  end_turn: ENDED,
  max_tokens: CUT,
  model_context_window_exceeded: CUT,
  stop_sequence: told('stop_sequence', 'stop', 'stop_sequence', 'completed'),
  tool_use: CALLED,
  pause_turn: told('pause', 'stop', 'pause_turn', 'incomplete'),
  refusal: told('refusal', 'content_filter', 'refusal', 'incomplete: content_filter'),
}

// OpenAI, API reference, "The chat completion object".
const FROM_OPENAI: Readonly<Record<ChatWord, Told>> = {
  stop: ENDED,
  length: CUT,
  tool_calls: CALLED,
  function_call: CALLED,
  content_filter: told('filter', 'content_filter', 'refusal', 'incomplete: content_filter'),
}

const rows: readonly (readonly [WireFormat['name'], string, Told])[] = [
  ...Object.entries(FROM_ANTHROPIC).map(([word, all]) => ['anthropic', word, all] as const),
  ...Object.entries(FROM_OPENAI).map(([word, all]) => ['openai', word, all] as const),
]

/** An answer that ended for a reason; only one that called a tool holds a call. */
function answerFor(format: WireFormat['name'], word: string, fact: Finish): JsonObject {
  const reply: Reply = {
    id: 'a1',
    model: 'm',
    created: 1,
    parts:
      fact === 'tool_calls'
        ? [{ kind: 'tool_call', id: 'c1', name: 'f', input: '{}' }]
        : [{ kind: 'text', text: 'Hello' }],
    finish: fact,
    stopSequence: fact === 'stop_sequence' ? 'END' : null,
    usage: { input: 1, cachedInput: 0, cacheWritten: 0, output: 1, reasoning: 0 },
  }
  const answer = answerOf(wireFormats.byName[format], reply)
  if (format === 'anthropic') return { ...answer, stop_reason: word }
  return { ...answer, choices: [{ ...firstChoice(answer), finish_reason: word }] }
}

function firstChoice(answer: JsonObject): JsonObject | undefined {
  return asObject((answer.choices as readonly unknown[])[0])
}

/** What a client reads of its answer. */
const READ: Readonly<Record<'chat' | 'messages' | 'responses', (answer: JsonObject) => unknown>> = {
  chat: answer => firstChoice(answer)?.finish_reason,
  messages: answer => answer.stop_reason,
  responses: ({ status, incomplete_details: details }) => {
    const reason = asString(asObject(details)?.reason)
    return reason === undefined ? status : `${asString(status)}: ${reason}`
  },
}

describe.each(rows)('%s’s `%s`', (format, word, expected) => {
  test.each(['chat', 'messages', 'responses'] as const)('is told in the words of %s', name => {
    const facts = emptyFacts()
    const answer = translated(
      clientOf(name),
      wireFormats.byName[format],
      answerFor(format, word, expected.fact),
      facts,
    )
    expect(READ[name](answer)).toBe(expected[name])
    expect(facts.finishReason).toBe(expected.fact)
    expect(facts.refusal).toBe(expected.fact === 'refusal' || expected.fact === 'filter')
  })
})

test('a stop sequence is named to clients whose API has a place for it', () => {
  const answer = answerFor('anthropic', 'stop_sequence', 'stop_sequence')
  const { anthropic } = wireFormats.byName
  expect(translated(clientOf('messages'), anthropic, answer, emptyFacts())).toMatchObject({
    stop_sequence: 'END',
  })
})

/** Words of one format that the other gives back: the others have no counterpart. */
const COME_BACK: readonly (readonly [ChatWord, StopReason])[] = [
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['content_filter', 'refusal'],
]

test.each(COME_BACK)('`%s` and `%s` come back as they were', (chat, messages) => {
  const { openai, anthropic } = wireFormats.byName
  const there = translated(
    clientOf('messages'),
    openai,
    answerFor('openai', chat, FROM_OPENAI[chat].fact),
    emptyFacts(),
  )
  expect(READ.messages(there)).toBe(messages)
  expect(READ.chat(translated(clientOf('chat'), anthropic, there, emptyFacts()))).toBe(chat)
  const back = answerFor('anthropic', messages, FROM_ANTHROPIC[messages].fact)
  const foreign = translated(clientOf('chat'), anthropic, back, emptyFacts())
  expect(READ.messages(translated(clientOf('messages'), openai, foreign, emptyFacts()))).toBe(messages)
})
