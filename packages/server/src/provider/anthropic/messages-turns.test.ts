import { describe, expect, test } from 'vitest'
import type { Turn, UserPart } from '../translation/prompt.ts'
import { answered, call, hello, result, said, weather, writeRequest } from './fixtures/request.ts'

// What Anthropic takes: API reference "Create a Message", guides "Vision", "PDF support", "Tool use" and
// "Mid-conversation system messages".

describe('what a user says is written', () => {
  test.each<[UserPart, unknown]>([
    [
      { kind: 'image', source: { kind: 'url', url: 'https://example.com/a' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a' } },
    ],
    [
      { kind: 'image', source: { kind: 'data', mediaType: 'image/JPG', data: '/9j/' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/' } },
    ],
    [
      { kind: 'image', source: { kind: 'file', id: 'file_1' } },
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
    ],
    [
      {
        kind: 'document',
        name: 'a.pdf',
        source: { kind: 'data', mediaType: 'application/pdf', data: 'JVBE' },
      },
      {
        type: 'document',
        title: 'a.pdf',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
      },
    ],
    [
      { kind: 'document', source: { kind: 'data', mediaType: 'text/csv', data: 'w6k7MQ==' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'é;1' } },
    ],
    [
      { kind: 'document', source: { kind: 'text', text: 'Grass' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grass' } },
    ],
    [
      { kind: 'document', source: { kind: 'url', url: 'https://example.com/a.pdf' } },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
    ],
    [result, { type: 'tool_result', tool_use_id: 'call_1', content: '15' }],
    [
      { ...result, outcome: 'error', parts: [] },
      { type: 'tool_result', tool_use_id: 'call_1', is_error: true },
    ],
  ])('%j', (part, block) => {
    const { messages, losses } = writeRequest({ ...said(part), tools: [weather] })
    expect(messages).toEqual([{ role: 'user', content: [block] }])
    expect(losses).toEqual([])
  })

  test('without texts that Anthropic would refuse as empty, and without what is empty then', () => {
    const empty: UserPart = { kind: 'text', text: ' ' }
    const turns: readonly Turn[] = [{ role: 'user', parts: [empty] }, ...(said(empty, result).turns ?? [])]
    expect(writeRequest({ turns, tools: [weather] }).messages).toEqual([
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: '15' }] },
    ])
  })
})

describe('what the assistant said is written', () => {
  test('in order, with what Anthropic signed', () => {
    const { messages, losses } = writeRequest(
      answered(
        { kind: 'reasoning', text: 'Hm', signature: 'EqQB' },
        { kind: 'redacted', data: 'EmwK' },
        { kind: 'text', text: 'Let me see.' },
        { kind: 'refusal', text: 'No.' },
        call,
      ),
    )
    expect(losses).toEqual([])
    expect(messages[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'EqQB' },
        { type: 'redacted_thinking', data: 'EmwK' },
        { type: 'text', text: 'Let me see.' },
        { type: 'text', text: 'No.' },
        { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Paris' } },
      ],
    })
  })

  test.each([undefined, 'weir:unsigned', 'weir:ai-sdk:{}'])(
    'without thinking that is signed %s',
    signature => {
      const thought = {
        kind: 'reasoning',
        text: 'Hm',
        ...(signature === undefined ? {} : { signature }),
      } as const
      const { messages, losses } = writeRequest(answered(thought, { kind: 'text', text: 'Yes.' }))
      expect(messages[1]).toEqual({ role: 'assistant', content: 'Yes.' })
      expect(losses).toEqual(['hint reasoning'])
    },
  )

  test('with ids as Anthropic takes them, the same in call and result', () => {
    const { messages } = writeRequest({
      tools: [weather],
      turns: [
        hello,
        { role: 'assistant', parts: [{ ...call, id: 'functions.get_weather:0' }] },
        { role: 'user', parts: [{ ...result, callId: 'functions.get_weather:0' }] },
      ],
    })
    expect(JSON.stringify(messages).match(/functions[^"]*/g)).toEqual([
      'functions_get_weather_0',
      'functions_get_weather_0',
    ])
  })

  test('as a call without input when the text of the input is empty', () => {
    const { messages, losses } = writeRequest(answered({ ...call, input: '' }))
    expect(messages).toMatchObject([{}, { content: [{ input: {} }] }, {}])
    expect(losses).toEqual([])
  })

  test('without white space at the end of a text that is to be continued', () => {
    const turns: readonly Turn[] = [hello, { role: 'assistant', parts: [{ kind: 'text', text: 'It is ' }] }]
    expect(writeRequest({ turns }).messages).toEqual([
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'It is' },
    ])
  })
})

describe('instructions between turns', () => {
  const instruction: Turn = { role: 'instruction', parts: [{ kind: 'text', text: 'In French.' }] }
  const reply: Turn = { role: 'assistant', parts: [{ kind: 'text', text: 'Salut' }] }
  const called: Turn = { role: 'assistant', parts: [call] }
  const results: Turn = { role: 'user', parts: [result, { kind: 'text', text: 'Well?' }] }
  const french = { type: 'text', text: 'In French.' }
  const greeted = { role: 'user', content: [{ type: 'text', text: 'Hello' }, french] }

  test.each([
    ['at the end', [hello, instruction]],
    ['before an answer', [hello, instruction, reply]],
  ])('are system messages %s', (_, turns) => {
    const { messages, losses } = writeRequest({ turns }, { model: 'claude-opus-4-8' })
    expect(messages[1]).toEqual({ role: 'system', content: 'In French.' })
    expect(losses).toEqual([])
  })

  test.each<[string, string, readonly Turn[], readonly unknown[]]>([
    [
      'to a model that knows no others',
      'claude-opus-4-20250514',
      [hello, instruction, reply],
      [greeted, { role: 'assistant', content: 'Salut' }],
    ],
    [
      'where the user goes on',
      'claude-opus-5',
      [hello, instruction, hello],
      [greeted, { role: 'user', content: 'Hello' }],
    ],
    [
      'at the beginning',
      'claude-opus-4-8',
      [instruction, hello],
      [{ role: 'user', content: [french, { type: 'text', text: 'Hello' }] }],
    ],
    ['alone', 'claude-opus-4-8', [instruction], [{ role: 'user', content: 'In French.' }]],
  ])('are said by the user %s, and that is no secret', (_, model, turns, expected) => {
    const { messages, losses } = writeRequest({ turns }, { model })
    expect(messages).toEqual(expected)
    expect(losses).toEqual(['hint system'])
  })

  test('never come between a call and its result', () => {
    const { messages } = writeRequest({ turns: [hello, called, instruction, results], tools: [weather] })
    expect(messages[2]).toMatchObject({
      role: 'user',
      content: [{ type: 'tool_result' }, french, { type: 'text', text: 'Well?' }],
    })
  })
})

describe('a request that has nothing but instructions', () => {
  test('has them said by the user', () => {
    const { body, messages, losses } = writeRequest({
      system: [{ kind: 'text', text: 'Tell a joke.' }],
      turns: [],
    })
    expect(messages).toEqual([{ role: 'user', content: 'Tell a joke.' }])
    expect(body.system).toBeUndefined()
    expect(losses).toEqual([])
  })

  test('and not even these is no request', () => {
    expect(writeRequest({ turns: [] }).losses).toEqual(['demand messages'])
  })
})
