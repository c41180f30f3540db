// Shapes from OpenAI's API reference ("Create a model response", "Create chat completion", "Streaming events"), its
// guide "Conversation state", and Anthropic's API reference ("Create a Message") and guides "Files API" and "Code
// execution tool".
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addId } from './held-state.ts'
import { wireFormats } from './registry.ts'
import { type AnswerFacts, type Endpoint, emptyFacts, type JsonObject } from './wire-format.ts'

function endpointAt(path: string): Endpoint {
  const endpoint = wireFormats.endpoints.get(path)
  if (endpoint === undefined) throw new Error(`no endpoint at ${path}`)
  return endpoint
}

const responses = endpointAt('/v1/responses')
const chat = endpointAt('/v1/chat/completions')
const messages = endpointAt('/v1/messages')

const userSays = (content: unknown) => [{ role: 'user', content }]

describe('a request to /v1/responses', () => {
  test.each<[string, JsonObject, string[] | null]>([
    ['nothing, when it is a string', { input: 'Tell me a joke' }, null],
    [
      'nothing, when it repeats everything',
      {
        instructions: 'Be brief',
        input: [
          { role: 'user', content: 'Hello' },
          {
            type: 'message',
            role: 'user',
            content: [{ type: 'input_image', image_url: 'https://example.com/a.png' }],
          },
          {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
          },
          { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAAAAB' },
          {
            id: 'fc_1',
            type: 'function_call',
            call_id: 'call_1',
            name: 'f',
            arguments: '{"file_id":"file-1"}',
          },
          { type: 'function_call_output', call_id: 'call_1', output: '{"file_id":"file-1"}' },
        ],
        tools: [
          {
            type: 'function',
            name: 'f',
            parameters: { properties: { file_id: { type: 'string' } } },
            container: 'x',
          },
          { type: 'web_search' },
          { type: 'code_interpreter', container: { type: 'auto' } },
        ],
        previous_response_id: null,
        conversation: null,
      },
      null,
    ],
    ['the response before', { previous_response_id: 'resp_1', input: 'And then?' }, ['resp_1']],
    ['a conversation by its id', { conversation: 'conv_1', input: 'And then?' }, ['conv_1']],
    ['a conversation as an object', { conversation: { id: 'conv_1' }, input: 'And then?' }, ['conv_1']],
    [
      'files and images',
      {
        input: userSays([
          { type: 'input_file', file_id: 'file-1' },
          { type: 'input_image', file_id: 'file-2', detail: 'auto' },
          { type: 'input_file', file_id: 'file-1' },
        ]),
      },
      ['file-1', 'file-2'],
    ],
    [
      'files in what tools gave back',
      {
        input: [
          {
            type: 'function_call_output',
            call_id: 'call_1',
            output: [{ type: 'input_file', file_id: 'file-1' }],
          },
          {
            type: 'computer_call_output',
            call_id: 'call_2',
            output: { type: 'computer_screenshot', file_id: 'file-2' },
          },
        ],
      },
      ['file-1', 'file-2'],
    ],
    [
      'items by reference, and reasoning without its content',
      {
        input: [
          { type: 'item_reference', id: 'msg_1' },
          { id: 'msg_2' },
          { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: null },
        ],
      },
      ['msg_1', 'msg_2', 'rs_1'],
    ],
    [
      'containers, and the files put into them',
      {
        input: 'Go on',
        tools: [
          { type: 'code_interpreter', container: 'cntr_1' },
          { type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1', 'file-2'] } },
          { type: 'shell', environment: { type: 'container_reference', container_id: 'cntr_2' } },
        ],
      },
      ['cntr_1', 'file-1', 'file-2', 'cntr_2'],
    ],
    [
      'vector stores and masks',
      {
        tools: [
          { type: 'file_search', vector_store_ids: ['vs_1'] },
          { type: 'image_generation', input_image_mask: { file_id: 'file-1' } },
        ],
      },
      ['vs_1', 'file-1'],
    ],
    [
      'all of them, what it goes on with first',
      {
        input: userSays([{ type: 'input_file', file_id: 'file-1' }]),
        tools: [{ type: 'code_interpreter', container: 'cntr_1' }],
        previous_response_id: 'resp_1',
      },
      ['resp_1', 'cntr_1', 'file-1'],
    ],
  ])('builds on %s', (_, body, ids) => {
    expect(responses.heldIds?.(body)).toEqual(ids)
  })
})

describe('a request to /v1/chat/completions', () => {
  test.each<[string, JsonObject, string[] | null]>([
    ['nothing', { messages: [...userSays('Hello'), ...userSays([{ type: 'text', text: 'Hello' }])] }, null],
    [
      'nothing, when the file is in it',
      { messages: userSays([{ type: 'file', file: { file_data: 'data:' } }]) },
      null,
    ],
    ['a file', { messages: userSays([{ type: 'file', file: { file_id: 'file-1' } }]) }, ['file-1']],
    ['audio of before', { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }, ['audio_1']],
  ])('builds on %s', (_, body, ids) => {
    expect(chat.heldIds?.(body)).toEqual(ids)
  })
})

describe('a request to /v1/messages', () => {
  const fileBlock = (id: string) => ({ type: 'document', source: { type: 'file', file_id: id } })
  test.each<[string, JsonObject, string[] | null]>([
    ['nothing', { messages: userSays('Hello'), container: null }, null],
    [
      'nothing, though a tool knows files of its own',
      {
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 't', input: { file_id: 'mine' } }] },
        ],
      },
      null,
    ],
    ['a container', { container: 'container_1', messages: userSays('Go on') }, ['container_1']],
    ['a container with skills', { container: { id: 'container_1', skills: [] } }, ['container_1']],
    ['a new container', { container: { skills: [{ type: 'anthropic', skill_id: 'pdf' }] } }, null],
    [
      'files',
      {
        messages: userSays([
          fileBlock('file_1'),
          { type: 'image', source: { type: 'file', file_id: 'file_2' } },
          { type: 'container_upload', file_id: 'file_3' },
          { type: 'tool_result', tool_use_id: 't', content: [fileBlock('file_4')] },
        ]),
      },
      ['file_1', 'file_2', 'file_3', 'file_4'],
    ],
  ])('builds on %s', (_, body, ids) => {
    expect(messages.heldIds?.(body)).toEqual(ids)
  })
})

function issuedBy(endpoint: Endpoint, body: JsonObject): AnswerFacts['issued'] {
  const facts = emptyFacts()
  endpoint.readAnswer(body, facts)
  return facts.issued
}

function issuedIn(endpoint: Endpoint, frames: readonly JsonObject[]): AnswerFacts['issued'][] {
  const facts = emptyFacts()
  return frames.map(frame => {
    endpoint.readFrame(undefined, JSON.stringify(frame), facts)
    return facts.issued === null ? null : [...facts.issued]
  })
}

const response = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  error: null,
  conversation: { id: 'conv_1' },
  output: [
    { id: 'rs_1', type: 'reasoning', summary: [] },
    {
      id: 'ci_1',
      type: 'code_interpreter_call',
      code: '1',
      container_id: 'cntr_1',
      outputs: [],
      status: 'completed',
    },
    {
      id: 'sh_1',
      type: 'shell_call',
      environment: { type: 'container_reference', container_id: 'cntr_2' },
    },
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
    },
  ],
}

describe('an answer hands out', () => {
  test('a response, its conversation, its items and its containers', () => {
    expect(issuedBy(responses, response)).toEqual([
      'resp_1',
      'conv_1',
      'rs_1',
      'ci_1',
      'cntr_1',
      'sh_1',
      'cntr_2',
      'msg_1',
    ])
  })

  test('of a response that is not stored only what is', () => {
    expect(issuedBy(responses, { ...response, store: false })).toEqual(['conv_1', 'cntr_1', 'cntr_2'])
  })

  test('the response with the first event of a stream, the rest with the last', () => {
    const started = { ...response, status: 'in_progress', output: [], conversation: null }
    expect(
      issuedIn(responses, [
        { type: 'response.created', sequence_number: 0, response: started },
        { type: 'response.output_text.delta', sequence_number: 1, delta: 'Hi' },
        {
          type: 'response.completed',
          sequence_number: 2,
          response: { ...response, output: response.output.slice(3) },
        },
      ]),
    ).toEqual([['resp_1'], ['resp_1'], ['resp_1', 'conv_1', 'msg_1']])
  })

  test('spoken audio, of chats', () => {
    const choice = (audio: object) => ({ choices: [{ message: { audio }, delta: { audio } }] })
    expect(issuedBy(chat, choice({ id: 'audio_1', data: 'AAAA' }))).toEqual(['audio_1'])
    const frames = [choice({ id: 'audio_1', transcript: 'Hel' }), choice({ data: 'AAAA' })]
    expect(issuedIn(chat, frames)).toEqual([['audio_1'], ['audio_1']])
  })

  test('nothing, of chats that are text', () => {
    expect(issuedBy(chat, { id: 'chatcmpl-1', choices: [{ message: { content: 'Hi' } }] })).toBeNull()
  })

  test('a container and the files written in it, of messages', () => {
    const result = {
      type: 'bash_code_execution_tool_result',
      tool_use_id: 'srvtoolu_1',
      content: {
        type: 'bash_code_execution_result',
        content: [{ type: 'bash_code_execution_output', file_id: 'file_1' }],
      },
    }
    const container = { id: 'container_1', expires_at: '2026-05-04T09:30:00Z' }
    expect(issuedBy(messages, { type: 'message', content: [result], container })).toEqual([
      'container_1',
      'file_1',
    ])
    expect(
      issuedIn(messages, [
        { type: 'message_start', message: { id: 'msg_1', content: [], container: null } },
        { type: 'content_block_start', index: 0, content_block: result },
        { type: 'message_delta', delta: { stop_reason: 'end_turn', container } },
      ]),
    ).toEqual([null, ['file_1'], ['file_1', 'container_1']])
    expect(issuedBy(messages, { type: 'message', content: [{ type: 'text', text: 'Hi' }] })).toBeNull()
  })
})

describe('every endpoint', () => {
  const anyBody = fc.dictionary(
    fc.constantFrom(
      'previous_response_id',
      'conversation',
      'container',
      'input',
      'tools',
      'messages',
      'output',
      'content',
      'response',
      'id',
      'message',
      'delta',
      'choices',
      'type',
      'content_block',
    ),
    fc.jsonValue({ maxDepth: 5 }),
  ) as fc.Arbitrary<JsonObject>

  test.each([...wireFormats.endpoints.values()].map(endpoint => [endpoint.name, endpoint] as const))(
    '%s reads ids from anything without an error, each a text and none of them twice',
    (_, endpoint) => {
      fc.assert(
        fc.property(anyBody, body => {
          for (const ids of [endpoint.heldIds?.(body) ?? null, issuedBy(endpoint, body)]) {
            if (ids === null) continue
            expect(ids.length).toBeGreaterThan(0)
            expect(ids.every(id => typeof id === 'string' && id !== '')).toBe(true)
            expect(new Set(ids).size).toBe(ids.length)
          }
        }),
      )
    },
  )

  test('is not searched without end', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `file-${index}`)
    expect(many.reduce<string[] | null>(addId, null)).toEqual(many.slice(0, 64))
  })
})
