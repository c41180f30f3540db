// Requests from the vendors' public documentation, and what the provider of the other format gets.
import { describe, expect, test } from 'vitest'
import { wireFormats } from '../registry.ts'
import type { JsonObject } from '../wire-format.ts'
import { clientOf, sent, traits } from './fixtures/pairs.ts'
import { Losses } from './loss.ts'

const { openai, anthropic } = wireFormats.byName
const model = traits.model

/** What a request comes to at the provider, and the names of what is lost on the way. */
function translate(client: 'chat' | 'messages' | 'responses', request: JsonObject) {
  const losses = new Losses()
  const format = client === 'messages' ? openai : anthropic
  const { prompt } = clientOf(client).dialect.read(sent(request), losses)
  return { body: sent(format.provider.write(prompt, traits, losses).body), lost: losses.fields }
}

const parameters = {
  type: 'object',
  properties: { location: { type: 'string', description: 'City and country e.g. Bogotá, Colombia' } },
  required: ['location'],
  additionalProperties: false,
}
const description = 'Get current temperature for a given location.'

/** OpenAI, guide "Function calling": tool, parallel calls and their results. */
const chatWithTools = {
  model: 'gpt-5.4',
  messages: [
    { role: 'developer', content: 'Answer in one sentence.' },
    { role: 'user', content: 'What is the weather like in Paris and Bogotá today?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'call_12345xyz',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"location":"Paris, France"}' },
        },
        {
          id: 'call_67890abc',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"location":"Bogotá, Colombia"}' },
        },
      ],
    },
    { role: 'tool', tool_call_id: 'call_12345xyz', content: '15' },
    { role: 'tool', tool_call_id: 'call_67890abc', content: '18' },
  ],
  tools: [{ type: 'function', function: { name: 'get_weather', description, parameters, strict: true } }],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  max_completion_tokens: 1024,
}

/** Anthropic, guide "Tool use", "Parallel tool use": all results in one user message. */
const messagesWithTools = {
  model,
  max_tokens: 1024,
  system: 'Answer in one sentence.',
  messages: [
    { role: 'user', content: 'What is the weather like in Paris and Bogotá today?' },
    {
      role: 'assistant',
      content: [
        { type: 'tool_use', id: 'call_12345xyz', name: 'get_weather', input: { location: 'Paris, France' } },
        {
          type: 'tool_use',
          id: 'call_67890abc',
          name: 'get_weather',
          input: { location: 'Bogotá, Colombia' },
        },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'call_12345xyz', content: '15' },
        { type: 'tool_result', tool_use_id: 'call_67890abc', content: '18' },
      ],
    },
  ],
  tools: [{ name: 'get_weather', description, input_schema: parameters, strict: true }],
  tool_choice: { type: 'auto' },
}

describe('parallel calls of tools and their results', () => {
  test('go from chat to messages', () => {
    expect(translate('chat', chatWithTools)).toEqual({ body: messagesWithTools, lost: [] })
  })

  test('go from messages to chat', () => {
    const { parallel_tool_calls: _, ...chat } = chatWithTools
    const [, ...rest] = chat.messages
    const messages = [{ role: 'system', content: 'Answer in one sentence.' }, ...rest]
    expect(translate('messages', messagesWithTools)).toEqual({ body: { ...chat, model, messages }, lost: [] })
  })

  test('go from responses to messages', () => {
    // OpenAI, guide "Function calling", Responses API.
    const request = {
      model: 'gpt-5.4',
      instructions: 'Answer in one sentence.',
      input: [
        { role: 'user', content: 'What is the weather like in Paris and Bogotá today?' },
        {
          id: 'fc_12345xyz',
          type: 'function_call',
          status: 'completed',
          call_id: 'call_12345xyz',
          name: 'get_weather',
          arguments: '{"location":"Paris, France"}',
        },
        {
          id: 'fc_67890abc',
          type: 'function_call',
          status: 'completed',
          call_id: 'call_67890abc',
          name: 'get_weather',
          arguments: '{"location":"Bogotá, Colombia"}',
        },
        { type: 'function_call_output', call_id: 'call_12345xyz', output: '15' },
        { type: 'function_call_output', call_id: 'call_67890abc', output: '18' },
      ],
      tools: [{ type: 'function', name: 'get_weather', description, parameters, strict: true }],
      tool_choice: 'auto',
      max_output_tokens: 1024,
    }
    expect(translate('responses', request)).toEqual({ body: messagesWithTools, lost: [] })
  })

  test('that failed say so only where there is a word for it', () => {
    // Anthropic, guide "Tool use", "Troubleshooting errors".
    const content = [
      { type: 'tool_result', tool_use_id: 'call_12345xyz', content: 'ConnectionError', is_error: true },
    ]
    const messages = [...messagesWithTools.messages.slice(0, 2), { role: 'user', content }]
    const { body, lost } = translate('messages', { ...messagesWithTools, messages })
    expect((body.messages as readonly object[]).at(-1)).toEqual({
      role: 'tool',
      tool_call_id: 'call_12345xyz',
      content: 'ConnectionError',
    })
    expect(lost).toEqual(['is_error'])
  })
})

const url = 'https://upload.wikimedia.org/wikipedia/commons/a/a7/Camponotus_flavomarginatus_ant.jpg'

describe('images and documents', () => {
  // OpenAI, guides "Images and vision" and "File inputs".
  const chat = {
    model,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is in these?' },
          { type: 'image_url', image_url: { url } },
          { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,/9j/4AAQ' } },
          {
            type: 'file',
            file: { filename: 'draconomicon.pdf', file_data: 'data:application/pdf;base64,JVBERi0x' },
          },
        ],
      },
    ],
    max_completion_tokens: 300,
  }
  // Anthropic, guides "Vision" and "PDF support".
  const messages = {
    model,
    max_tokens: 300,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is in these?' },
          { type: 'image', source: { type: 'url', url } },
          { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/4AAQ' } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0x' },
            title: 'draconomicon.pdf',
          },
        ],
      },
    ],
  }

  test('go from chat to messages', () => {
    expect(translate('chat', chat)).toEqual({ body: messages, lost: [] })
  })

  test('go from messages to chat', () => {
    expect(translate('messages', messages)).toEqual({ body: chat, lost: [] })
  })

  test('go from responses to messages', () => {
    const content = [
      { type: 'input_text', text: 'What is in these?' },
      { type: 'input_image', image_url: url, detail: 'auto' },
      { type: 'input_image', image_url: 'data:image/jpeg;base64,/9j/4AAQ', detail: 'auto' },
      { type: 'input_file', filename: 'draconomicon.pdf', file_data: 'data:application/pdf;base64,JVBERi0x' },
    ]
    const request = { model: 'gpt-5.4', max_output_tokens: 300, input: [{ role: 'user', content }] }
    expect(translate('responses', request)).toEqual({ body: messages, lost: [] })
  })

  test('that are a PDF at a URL cannot go to chat', () => {
    // Anthropic, guide "PDF support", "Option 1: URL-based PDF document".
    const document = { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }
    const [said] = messages.messages
    const content = [...(said?.content ?? []), document]
    const { lost } = translate('messages', { ...messages, messages: [{ role: 'user', content }] })
    expect(lost).toEqual(['document'])
  })
})

describe('a conversation with thinking, cached', () => {
  // Anthropic, guides "Extended thinking" and "Prompt caching".
  const request = {
    model,
    max_tokens: 16_000,
    thinking: { type: 'enabled', budget_tokens: 10_000 },
    system: [
      { type: 'text', text: 'You analyse books.' },
      { type: 'text', text: '<the whole book>', cache_control: { type: 'ephemeral' } },
    ],
    messages: [
      { role: 'user', content: 'Who is the hero?' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'The book begins with', signature: 'EqQBCgIYAhIM1gbc' },
          { type: 'text', text: 'Elizabeth.' },
        ],
      },
      { role: 'user', content: 'And why?' },
    ],
    stop_sequences: ['THE END'],
  }

  test('goes from messages to chat with an effort for the budget', () => {
    const { body, lost } = translate('messages', request)
    expect(body).toMatchObject({
      model,
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'You analyse books.' },
            { type: 'text', text: '<the whole book>' },
          ],
        },
        { role: 'user', content: 'Who is the hero?' },
        { role: 'assistant', content: 'Elizabeth.', reasoning_content: 'The book begins with' },
        { role: 'user', content: 'And why?' },
      ],
      reasoning_effort: 'medium',
      max_completion_tokens: 16_000,
      stop: ['THE END'],
    })
    expect(lost).toContain('cache_control')
  })
})

test('a structured answer is asked for in both', () => {
  // OpenAI, guide "Structured model outputs"; Anthropic, guide "Structured outputs".
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, participants: { type: 'array', items: { type: 'string' } } },
    required: ['name', 'participants'],
    additionalProperties: false,
  }
  const chat = {
    model,
    messages: [
      { role: 'system', content: 'Extract the event information.' },
      { role: 'user', content: 'Alice and Bob are going to a science fair on Friday.' },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 'calendar_event', strict: true, schema } },
    max_completion_tokens: 500,
  }
  const messages = {
    model,
    max_tokens: 500,
    system: 'Extract the event information.',
    messages: [{ role: 'user', content: 'Alice and Bob are going to a science fair on Friday.' }],
    output_config: { format: { type: 'json_schema', schema } },
  }
  expect(translate('chat', chat)).toEqual({ body: messages, lost: [] })
  expect(translate('messages', messages)).toEqual({
    body: { ...chat, response_format: { type: 'json_schema', json_schema: { name: 'response', schema } } },
    lost: [],
  })
})
