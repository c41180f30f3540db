// Tokens keep their number on every way: what one API counts apart the other adds up.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asObject } from '../json.ts'
import { emptyFacts, type JsonObject, type WireFormat } from '../wire-format.ts'
import { someUsage } from './arbitrary.ts'
import { answerOf, pairs, translated } from './fixtures/pairs.ts'
import { type Reply, type ReplyUsage } from './reply.ts'

const reply: Reply = {
  id: 'a1',
  model: 'm',
  created: 1,
  parts: [{ kind: 'text', text: 'Hello' }],
  finish: 'stop',
  stopSequence: null,
  usage: { input: null, cachedInput: null, cacheWritten: null, output: null, reasoning: null },
}

/** JSON without the fields that are not known. */
const known = (fields: Record<string, unknown>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))

/** How each format's provider says these counts, by its API reference. */
const SAID: Readonly<Record<WireFormat['name'], (usage: ReplyUsage) => JsonObject>> = {
  // Anthropic, guide "Prompt caching": total input = cache_read + cache_creation + input_tokens.
  anthropic: ({ input, cachedInput, cacheWritten, output, reasoning }) =>
    known({
      input_tokens: input === null ? null : input - (cachedInput ?? 0) - (cacheWritten ?? 0),
      cache_read_input_tokens: cachedInput,
      cache_creation_input_tokens: cacheWritten,
      output_tokens: output,
      output_tokens_details: reasoning === null ? null : { thinking_tokens: reasoning },
    }),
  // OpenAI, API reference, "The chat completion object": cached tokens are part of the prompt's.
  openai: ({ input, cachedInput, cacheWritten, output, reasoning }) =>
    known({
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input === null || output === null ? null : input + output,
      prompt_tokens_details: known({ cached_tokens: cachedInput, cache_write_tokens: cacheWritten }),
      completion_tokens_details: known({ reasoning_tokens: reasoning }),
    }),
}

type Heard = { readonly [K in keyof ReplyUsage]: unknown } & { readonly total?: unknown }

/** What a client of each endpoint reads, by its API reference; undefined where nothing is said. */
const HEARD: Readonly<Record<string, (usage: JsonObject) => Heard>> = {
  chat: usage => ({
    input: usage.prompt_tokens,
    cachedInput: asObject(usage.prompt_tokens_details)?.cached_tokens,
    cacheWritten: asObject(usage.prompt_tokens_details)?.cache_write_tokens,
    output: usage.completion_tokens,
    reasoning: asObject(usage.completion_tokens_details)?.reasoning_tokens,
    total: usage.total_tokens,
  }),
  messages: usage => ({
    input:
      Number(usage.input_tokens) +
      Number(usage.cache_read_input_tokens) +
      Number(usage.cache_creation_input_tokens),
    cachedInput: usage.cache_read_input_tokens,
    cacheWritten: usage.cache_creation_input_tokens,
    output: usage.output_tokens,
    reasoning: asObject(usage.output_tokens_details)?.thinking_tokens,
  }),
  responses: usage => ({
    input: usage.input_tokens,
    cachedInput: asObject(usage.input_tokens_details)?.cached_tokens,
    cacheWritten: asObject(usage.input_tokens_details)?.cache_write_tokens,
    output: usage.output_tokens,
    reasoning: asObject(usage.output_tokens_details)?.reasoning_tokens,
    total: usage.total_tokens,
  }),
}

/** Counts that the endpoint's API requires: they are 0 when nothing is known. */
const REQUIRED: Readonly<Record<string, readonly (keyof ReplyUsage)[]>> = {
  chat: [],
  messages: ['input', 'cachedInput', 'cacheWritten', 'output'],
  responses: ['input', 'cachedInput', 'cacheWritten', 'output', 'reasoning'],
}

describe.each(pairs)('a client of %s hears from a provider of %s', (name, _, client, format) => {
  const hear = (usage: ReplyUsage) => {
    const answer = { ...answerOf(format, reply), usage: SAID[format.name](usage) }
    const facts = emptyFacts()
    const said = asObject(translated(client, format, answer, facts).usage)
    return { facts, said, heard: HEARD[name]?.(said ?? {}) }
  }

  test('as many tokens as it counted, of each kind', () => {
    fc.assert(
      fc.property(
        someUsage.filter(({ input }) => input !== null),
        usage => {
          const { heard, facts } = hear(usage)
          for (const kind of ['input', 'cachedInput', 'cacheWritten', 'output', 'reasoning'] as const) {
            const unknown = REQUIRED[name]?.includes(kind) === true ? 0 : undefined
            expect([kind, heard?.[kind]]).toEqual([kind, usage[kind] ?? unknown])
          }
          if (heard?.total !== undefined) expect(heard.total).toBe((usage.input ?? 0) + (usage.output ?? 0))
          expect(facts.usage).toEqual({
            input: usage.input,
            cached_input: usage.cachedInput,
            output: usage.output,
            reasoning: usage.reasoning,
          })
        },
      ),
    )
  })

  test('no number that nobody said, unless its API requires one', () => {
    const { said, heard, facts } = hear(reply.usage)
    if (name === 'messages') expect(heard).toMatchObject({ input: 0, output: 0, reasoning: undefined })
    else expect(said).toBeUndefined()
    expect(facts.usage).toEqual(emptyFacts().usage)
  })
})
