// There and back: a request that two formats can both say in full is the same request after a way through the other.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, WireFormat } from '../wire-format.ts'
import { commonPrompt } from './fixtures/common-prompt.ts'
import {
  type Client,
  clients,
  hello,
  nativeOf,
  providers,
  requestOf,
  sent,
  traits,
} from './fixtures/pairs.ts'
import { Losses } from './loss.ts'
import type { Prompt, Turn } from './prompt.ts'

/** A request of `client`, as `format` has it. */
function through(client: Client, format: WireFormat, request: JsonObject, losses: Losses): JsonObject {
  const { prompt } = client.dialect.read(request, losses)
  return sent(format.provider.write(prompt, traits, losses).body)
}

const ways = providers.flatMap(own =>
  providers.filter(other => other !== own).map(other => [own.name, other.name, own, other] as const),
)

describe.each(ways)('a request of %s through %s and back', (_own, _other, own, other) => {
  test('is what it was, and nothing is reported lost', () => {
    fc.assert(
      fc.property(commonPrompt, prompt => {
        const request = requestOf(nativeOf(own), prompt)
        const losses = new Losses()
        const there = through(nativeOf(own), other, request, losses)
        expect(through(nativeOf(other), own, there, losses)).toEqual(request)
        expect(losses.list).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe.each(
  clients.flatMap(client => providers.map(format => [client.name, format.name, client, format] as const)),
)('a request of %s to a provider of %s', (_client, _format, client, format) => {
  test('is the request that the same words make in the provider’s own format', () => {
    fc.assert(
      fc.property(commonPrompt, common => {
        const prompt = saidBy(client, common)
        const losses = new Losses()
        const request = through(client, format, requestOf(client, prompt), losses)
        expect(request).toEqual(requestOf(nativeOf(format), prompt))
        expect(losses.list).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

/** The prompt without what the client's API has no field for. */
function saidBy({ name }: Client, prompt: Prompt): Prompt {
  return name === 'responses' ? { ...prompt, stop: [] } : prompt
}

/** What each kind of thing comes back as when only one of the formats has it. */
const assistant = (...parts: Extract<Turn, { role: 'assistant' }>['parts'][number][]): Partial<Prompt> => ({
  turns: [...hello.turns, { role: 'assistant', parts }, ...hello.turns],
})
const shown = (...parts: Extract<Turn, { role: 'user' }>['parts'][number][]): Partial<Prompt> => ({
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Look' }, ...parts] }],
})
const cacheControl = { type: 'ephemeral' }

describe.each(ways)('what only %s says is reported on its way through %s', (ownName, _other, own, other) => {
  const only: Readonly<Record<WireFormat['name'], readonly (readonly [string, Partial<Prompt>, string])[]>> =
    {
      anthropic: [
        ['top_k', { sampling: { topK: 5 } }, 'demand top_k'],
        [
          'a document by URL',
          shown({ kind: 'document', source: { kind: 'url', url: 'https://example.com/a.pdf' } }),
          'demand document',
        ],
        [
          'a document of text',
          shown({ kind: 'document', source: { kind: 'text', text: 'A' } }),
          'demand document',
        ],
        [
          'an uploaded image',
          shown({ kind: 'image', source: { kind: 'file', id: 'file_1' } }),
          'demand image',
        ],
        ['a cache mark', shown({ kind: 'text', text: 'Hi', cacheControl }), 'hint cache_control'],
        [
          'encrypted thinking',
          assistant({ kind: 'redacted', data: 'x' }, { kind: 'text', text: 'A' }),
          'hint reasoning',
        ],
      ],
      openai: [
        ['a seed', { sampling: { seed: 5 } }, 'demand seed'],
        ['a penalty', { sampling: { presencePenalty: 0.5 } }, 'demand presence_penalty'],
        ['a high temperature', { sampling: { temperature: 1.5 } }, 'demand temperature'],
        ['a blank stop sequence', { stop: ['\n'] }, 'demand stop'],
        [
          'the detail of an image',
          shown({ kind: 'image', source: { kind: 'url', url: 'https://example.com/a.png' }, detail: 'low' }),
          'hint detail',
        ],
        [
          'unsigned reasoning',
          assistant({ kind: 'reasoning', text: 'Hm' }, { kind: 'text', text: 'A' }),
          'hint reasoning',
        ],
        [
          'arguments that are no object',
          { ...assistant({ kind: 'tool_call', id: 'c1', name: 'f', input: '[1' }), tools: [{ name: 'f' }] },
          'demand tool_calls',
        ],
      ],
    }

  test.each(only[ownName])('%s', (_, change, loss) => {
    const losses = new Losses()
    through(nativeOf(own), other, requestOf(nativeOf(own), { ...hello, ...change }), losses)
    expect(losses.list.map(({ field, weight }) => `${weight} ${field}`)).toContain(loss)
  })
})
