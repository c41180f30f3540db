import { describe, expect, test } from 'vitest'
import { emptyFacts, type JsonObject } from '../wire-format.ts'
import { completions } from './completions.ts'
import { embeddings } from './embeddings.ts'

// Shapes: OpenAI, API reference, "The completion object (legacy)" and "The embedding object".

function factsOf(endpoint: typeof completions, body: JsonObject) {
  const facts = emptyFacts()
  endpoint.readAnswer(body, facts)
  return facts
}

const completion = {
  id: 'cmpl-uqkvlQyYK7bGYrRHQ0eXlWi7',
  object: 'text_completion',
  created: 1589478378,
  model: 'gpt-3.5-turbo-instruct',
  choices: [{ text: '\n\nThis is indeed a test', index: 0, logprobs: null, finish_reason: 'length' }],
  usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
}

describe('a completion', () => {
  test('tells its tokens, length and finish reason', () => {
    expect(factsOf(completions, completion)).toMatchObject({
      usage: { input: 5, output: 7 },
      outputLength: 23,
      finishReason: 'length',
      error: null,
    })
  })

  test.each<[string, string, string]>([
    ['text', '{"choices":[{"text":"a","index":0,"finish_reason":null}]}', 'content'],
    ['a finish reason', '{"choices":[{"text":"","index":0,"finish_reason":"stop"}]}', 'content'],
    ['nothing', '{"choices":[{"text":"","index":0,"finish_reason":null}]}', 'meta'],
    ['usage alone', '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}', 'usage'],
    ['an error', '{"error":{"message":"x"}}', 'error'],
    ['the end', '[DONE]', 'done'],
    ['half a chunk', '{"choices":[', 'meta'],
  ])('streams %s', (_, data, kind) => {
    expect(completions.readFrame(undefined, data, emptyFacts())).toBe(kind)
  })

  test('keeps usage that came before a chunk with usage of null', () => {
    const facts = emptyFacts()
    completions.readFrame(
      undefined,
      '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
      facts,
    )
    completions.readFrame(undefined, '{"choices":[{"text":"a"}],"usage":null}', facts)
    expect(facts.usage).toMatchObject({ input: 1, output: 2 })
  })

  test('takes a text before its prompt in the place of a system prompt, and cannot have it replaced', () => {
    const body = { prompt: 'Say hi.' }
    expect(completions.editSystemPrompt(body, { how: 'prepend', text: 'Be kind.' })).toEqual([
      { kind: 'set', key: 'prompt', json: '"Be kind.\\n\\nSay hi."' },
    ])
    expect(completions.editSystemPrompt(body, { how: 'replace', text: 'Be kind.' })).toEqual([])
    expect(completions.editSystemPrompt({ prompt: [1, 2] }, { how: 'prepend', text: 'Be kind.' })).toEqual([])
  })
})

describe('an embedding', () => {
  const body = {
    object: 'list',
    data: [{ object: 'embedding', embedding: [0.0023, -0.0093], index: 0 }],
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 8, total_tokens: 8 },
  }

  test('has input tokens, no output tokens, and does not count as empty', () => {
    expect(factsOf(embeddings, body)).toMatchObject({
      usage: { input: 8, output: null },
      outputLength: 1,
      finishReason: null,
    })
  })

  test('is never streamed, whatever the request says, and is not changed by prompts or usage options', () => {
    const request = { model: 'x', input: 'a', stream: true }
    expect(embeddings.readRequest(request).stream).toBe(false)
    expect(embeddings.askForUsage(request)).toEqual([])
    expect(embeddings.editSystemPrompt(request, { how: 'prepend', text: 'x' })).toEqual([])
  })
})
