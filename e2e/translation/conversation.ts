// Three client libraries behind one interface: each asks the same things and tells what it understood of the answer
// in the same few words.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type Anthropic from '@anthropic-ai/sdk'
import { generateText, jsonSchema, type ModelMessage, streamText, type ToolSet } from 'ai'
import type OpenAI from 'openai'
import { KEY, type RunningGateway } from '../support/gateway.ts'
import type { Ledger } from '../support/ledger.ts'
import { anthropicClient, openaiClient } from '../support/sdk.ts'

/** What a client made of an answer. */
export interface Understood {
  readonly text: string
  readonly finish: 'stop' | 'tool_calls' | 'other'
  readonly calls: readonly { readonly name: string; readonly input: unknown }[]
  readonly usage: { readonly input: number; readonly output: number }
}

export interface Question {
  readonly user: string
  /** Directives for the simulated provider. */
  readonly sim: string
}

/** A client library that asks one router. */
export interface Client {
  plain(question: Question): Promise<Understood>
  stream(question: Question): Promise<Understood>
  /** Offers a tool, answers the call with "21", and returns both answers. */
  toolLoop(question: Question): Promise<{ readonly first: Understood; readonly second: Understood }>
}

const PROMPT = 'How warm is it in Paris?'
const SYSTEM = 'Answer briefly.'
const TOOL_RESULT = '21'
const SECOND = 'text=it%20is%2021'

const schema = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}

export function openaiSdk(gateway: RunningGateway, ledger: Ledger, router: string): Client {
  const client = openaiClient(gateway, ledger)
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: PROMPT },
  ]
  const tools: OpenAI.ChatCompletionTool[] = [
    { type: 'function', function: { name: 'get_weather', parameters: schema } },
  ]
  const body = ({ user }: Question) => ({ model: router, user, messages })
  const options = ({ sim }: Question) => ({ headers: { 'x-sim': sim } })
  return {
    plain: async question =>
      understoodChat(await client.chat.completions.create(body(question), options(question))),
    stream: async question => {
      const asked = { ...body(question), stream_options: { include_usage: true } }
      const stream = client.chat.completions.stream(asked, options(question))
      return understoodChat(await stream.finalChatCompletion())
    },
    toolLoop: async question => {
      const first = await client.chat.completions.create({ ...body(question), tools }, options(question))
      const answer = first.choices[0]?.message
      if (answer === undefined) throw new Error('there is no answer')
      const results = (answer.tool_calls ?? []).map(({ id }) => ({
        role: 'tool' as const,
        tool_call_id: id,
        content: TOOL_RESULT,
      }))
      const second = await client.chat.completions.create(
        { ...body(question), tools, messages: [...messages, answer, ...results] },
        { headers: { 'x-sim': SECOND } },
      )
      return { first: understoodChat(first), second: understoodChat(second) }
    },
  }
}

function understoodChat(completion: OpenAI.ChatCompletion): Understood {
  const choice = completion.choices[0]
  const calls = (choice?.message.tool_calls ?? []).flatMap(call =>
    call.type === 'function'
      ? [{ name: call.function.name, input: JSON.parse(call.function.arguments) as unknown }]
      : [],
  )
  const finish = choice?.finish_reason
  return {
    text: choice?.message.content ?? '',
    finish: finish === 'stop' || finish === 'tool_calls' ? finish : 'other',
    calls,
    usage: {
      input: completion.usage?.prompt_tokens ?? -1,
      output: completion.usage?.completion_tokens ?? -1,
    },
  }
}

export function anthropicSdk(gateway: RunningGateway, ledger: Ledger, router: string): Client {
  const client = anthropicClient(gateway, ledger)
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: PROMPT }]
  const tools: Anthropic.Tool[] = [{ name: 'get_weather', input_schema: schema }]
  const body = ({ user }: Question) => ({
    model: router,
    max_tokens: 1000,
    system: SYSTEM,
    metadata: { user_id: user },
    messages,
  })
  const options = ({ sim }: Question) => ({ headers: { 'x-sim': sim } })
  return {
    plain: async question =>
      understoodMessage(await client.messages.create(body(question), options(question))),
    stream: async question =>
      understoodMessage(await client.messages.stream(body(question), options(question)).finalMessage()),
    toolLoop: async question => {
      const first = await client.messages.create({ ...body(question), tools }, options(question))
      const results = first.content.flatMap(block =>
        block.type === 'tool_use'
          ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: TOOL_RESULT }]
          : [],
      )
      const turns: Anthropic.MessageParam[] = [
        { role: 'assistant', content: first.content },
        { role: 'user', content: results },
      ]
      const second = await client.messages.create(
        { ...body(question), tools, messages: [...messages, ...turns] },
        { headers: { 'x-sim': SECOND } },
      )
      return { first: understoodMessage(first), second: understoodMessage(second) }
    },
  }
}

function understoodMessage(message: Anthropic.Message): Understood {
  const { content, stop_reason, usage } = message
  const finish =
    stop_reason === 'end_turn' ? 'stop' : stop_reason === 'tool_use' ? 'tool_calls' : ('other' as const)
  return {
    text: content.map(block => (block.type === 'text' ? block.text : '')).join(''),
    finish,
    calls: content.flatMap(block =>
      block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [],
    ),
    usage: {
      input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0),
      output: usage.output_tokens,
    },
  }
}

export function aiSdk(gateway: RunningGateway, ledger: Ledger, router: string): Client {
  const provider = createOpenAICompatible({
    name: 'weir',
    baseURL: gateway.baseUrl,
    apiKey: KEY,
    fetch: ledger.fetch,
    includeUsage: true,
  })
  const model = provider(router)
  const tools: ToolSet = { get_weather: { inputSchema: jsonSchema(schema) } }
  const asked = ({ user, sim }: Question) => ({
    model,
    system: SYSTEM,
    headers: { 'x-sim': sim },
    providerOptions: { weir: { user } },
    maxRetries: 0,
  })
  return {
    plain: async question => understoodResult(await generateText({ ...asked(question), prompt: PROMPT })),
    stream: async question => {
      const result = streamText({ ...asked(question), prompt: PROMPT, onError: rethrow })
      const [text, finishReason, toolCalls, usage] = await Promise.all([
        result.text,
        result.finishReason,
        result.toolCalls,
        result.usage,
      ])
      return understoodResult({ text, finishReason, toolCalls, usage })
    },
    toolLoop: async question => {
      const messages: ModelMessage[] = [{ role: 'user', content: PROMPT }]
      const first = await generateText({ ...asked(question), tools, messages })
      const results: ModelMessage = {
        role: 'tool',
        content: first.toolCalls.map(({ toolCallId, toolName }) => ({
          type: 'tool-result',
          toolCallId,
          toolName,
          output: { type: 'text', value: TOOL_RESULT },
        })),
      }
      const second = await generateText({
        ...asked({ ...question, sim: SECOND }),
        tools,
        messages: [...messages, ...first.response.messages, results],
      })
      return { first: understoodResult(first), second: understoodResult(second) }
    },
  }
}

function rethrow({ error }: { readonly error: unknown }): never {
  throw error
}

interface AiSdkResult {
  readonly text: string
  readonly finishReason: string
  readonly toolCalls: readonly { readonly toolName: string; readonly input: unknown }[]
  readonly usage: { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined }
}

function understoodResult({ text, finishReason, toolCalls, usage }: AiSdkResult): Understood {
  return {
    text,
    finish:
      finishReason === 'stop' ? 'stop' : finishReason === 'tool-calls' ? 'tool_calls' : ('other' as const),
    calls: toolCalls.map(({ toolName, input }) => ({ name: toolName, input })),
    usage: { input: usage.inputTokens ?? -1, output: usage.outputTokens ?? -1 },
  }
}
