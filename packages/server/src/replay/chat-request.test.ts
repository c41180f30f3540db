import { describe, expect, it } from 'vitest'
import { buildRequest } from './chat-request.ts'
import type { Arrival, Prompt } from './trace/arrival.ts'
import { prepareWords } from './words.ts'

const words = prepareWords()
const settings = { model: 'demo', speed: 20, tokensPerChunk: 16 }
const stream = { user: null, stream: true }
const plain = { user: 'unit-4', stream: false }

function arrivalOf(prompt: Prompt, answerTokens: number | null = 129, index = 0): Arrival {
  return { index, afterMs: 0, prompt, answerTokens }
}

function recorded(body: object): Arrival {
  return arrivalOf({ kind: 'recorded', body: { messages: [{ role: 'user', content: 'hi' }], ...body } }, null)
}

describe('the request of an arrival', () => {
  it('asks for the lengths of the trace, of the model and of the simulated provider', () => {
    const request = buildRequest(arrivalOf({ kind: 'length', tokens: 3 }), plain, settings, words)
    expect(JSON.parse(request.body)).toEqual({
      model: 'demo',
      messages: [{ role: 'user', content: words.ofLength(0, 3) }],
      max_tokens: 129,
      user: 'unit-4',
      stream: false,
    })
    expect(request.simulation).toBe('output_tokens=129; tokens_per_chunk=16; speed=20')
    expect(request).toMatchObject({ user: 'unit-4', stream: false })
  })

  it('asks for usage when it streams, and sends no user when none is drawn', () => {
    const { body } = buildRequest(arrivalOf({ kind: 'length', tokens: 3 }), stream, settings, words)
    expect(JSON.parse(body)).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    expect(JSON.parse(body)).not.toHaveProperty('user')
  })

  it('of a recorded body keeps what was recorded, but for the model', () => {
    const arrival = recorded({
      model: 'gpt',
      user: 'ada',
      temperature: 0.2,
      stream: true,
      stream_options: { x: 1 },
    })
    const request = buildRequest(arrival, { user: null, stream: false }, settings, words)
    expect(JSON.parse(request.body)).toEqual({
      model: 'demo',
      messages: [{ role: 'user', content: 'hi' }],
      user: 'ada',
      temperature: 0.2,
      stream: true,
      stream_options: { x: 1, include_usage: true },
    })
    expect(request.simulation).toBe('tokens_per_chunk=16; speed=20')
    expect(request.user).toBe('ada')
    expect(request.metadata).toBeNull()
  })

  it('of a recorded body tells the metadata, which may name the unit', () => {
    const arrival = recorded({ metadata: { conversation_id: 'c-1' } })
    expect(buildRequest(arrival, plain, settings, words).metadata).toEqual({ conversation_id: 'c-1' })
  })

  it('of a recorded body takes the drawn user before the recorded one', () => {
    expect(buildRequest(recorded({ user: 'ada' }), plain, settings, words).user).toBe('unit-4')
  })
})

describe('the opening of a request', () => {
  const openingOf = (arrival: Arrival) => buildRequest(arrival, plain, settings, words).opening

  it('is equal for turns of one conversation and for nothing else', () => {
    const first = { role: 'user', content: 'hi' }
    const later = [first, { role: 'assistant', content: 'hello' }, { role: 'user', content: 'more' }]
    const opening = openingOf(recorded({ messages: [first] }))
    expect(openingOf(recorded({ messages: later }))).toBe(opening)
    expect(openingOf(recorded({ messages: [{ role: 'system', content: 'be brief' }, first] }))).not.toBe(
      opening,
    )
    expect(openingOf(recorded({ messages: [{ role: 'user', content: 'other' }] }))).not.toBe(opening)
  })

  it('is equal for equal blocks, and differs for every prompt made up from a length', () => {
    const blocks = (ids: number[]): Prompt => ({ kind: 'blocks', tokens: 600, blocks: ids })
    expect(openingOf(arrivalOf(blocks([1, 2])))).toBe(openingOf(arrivalOf(blocks([1, 2]), 5, 9)))
    expect(openingOf(arrivalOf(blocks([1, 2])))).not.toBe(openingOf(arrivalOf(blocks([1, 3]))))
    const length: Prompt = { kind: 'length', tokens: 7 }
    expect(openingOf(arrivalOf(length, 1, 0))).not.toBe(openingOf(arrivalOf(length, 1, 1)))
  })
})
