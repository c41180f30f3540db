// The three APIs a client may speak, by their vendors' own SDKs, behind one interface: what is asked, and what the
// client made of the answer, down to the turns it would go on with.
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { anthropicClient, openaiClient } from '../support/sdk.ts'
import type { ForeignGateway } from './foreign-gateway.ts'

export interface Ask {
  readonly model: string
  /** Directives for the provider, as an `x-sim` header. */
  readonly sim?: string
  /** Further fields of the body, in the client's own words. */
  readonly fields?: object
  /** Offers `get_weather`. */
  readonly tools?: 'weather'
  /** Wants to see how the model thinks. */
  readonly think?: 'yes'
  /** Turns that follow the question: `turns` of answers before. */
  readonly after?: readonly object[]
  readonly signal?: AbortSignal
}

export interface Heard {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly { readonly name: string; readonly input: unknown }[]
  /** Why it ended, in the client's own words. */
  readonly finish: string | null
  /** Tokens: input with the cached ones, output with the reasoning. */
  readonly usage: {
    readonly input: number
    readonly cached: number
    readonly output: number
    readonly reasoning: number
  }
  /** The answer as the SDK gave it, then the result of each call, "21 degrees": what a loop sends back. */
  readonly turns: readonly object[]
}

export interface Asker {
  whole(ask: Ask): Promise<Heard>
  stream(ask: Ask): Promise<Heard>
}

export type ClientName = 'chat' | 'messages' | 'responses'

export const QUESTION = 'How warm is it in Paris?'
export const RESULT = '21 degrees'

const schema = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}

const optionsOf = ({ sim, signal }: Ask) => ({
  ...(sim === undefined ? {} : { headers: { 'x-sim': sim } }),
  ...(signal === undefined ? {} : { signal }),
})

export function askers(
  setup: Pick<ForeignGateway, 'gateway' | 'ledger'>,
): Readonly<Record<ClientName, Asker>> {
  const openai = openaiClient(setup.gateway, setup.ledger)
  return {
    chat: chatAsker(openai),
    messages: messagesAsker(anthropicClient(setup.gateway, setup.ledger)),
    responses: responsesAsker(openai),
  }
}

/** What compatible services send beside OpenAI's own fields, and the SDK passes on. */
interface Thoughtful {
  readonly reasoning_content?: string
}

function chatAsker(client: OpenAI): Asker {
  const bodyOf = ({ model, fields, tools, think, after = [] }: Ask) => ({
    model,
    messages: [
      { role: 'user' as const, content: QUESTION },
      ...(after as OpenAI.ChatCompletionMessageParam[]),
    ],
    ...(tools && {
      tools: [{ type: 'function' as const, function: { name: 'get_weather', parameters: schema } }],
    }),
    ...(think && { reasoning_effort: 'high' as const }),
    ...fields,
  })
  return {
    whole: async ask => heardChat(await client.chat.completions.create(bodyOf(ask), optionsOf(ask))),
    stream: async ask => {
      const body = { ...bodyOf(ask), stream_options: { include_usage: true } }
      const stream = client.chat.completions.stream(body, optionsOf(ask))
      let thinking = ''
      for await (const chunk of stream)
        thinking += (chunk.choices[0]?.delta as Thoughtful | undefined)?.reasoning_content ?? ''
      return { ...heardChat(await stream.finalChatCompletion()), thinking }
    },
  }
}

function heardChat({ choices: [choice], usage }: OpenAI.ChatCompletion): Heard {
  if (choice === undefined) throw new Error('there is no choice')
  const { message } = choice
  const calls = (message.tool_calls ?? []).filter(call => call.type === 'function')
  const results = calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: RESULT }))
  return {
    text: message.content ?? '',
    thinking: (message as Thoughtful).reasoning_content ?? '',
    calls: calls.map(call => ({
      name: call.function.name,
      input: JSON.parse(call.function.arguments) as unknown,
    })),
    finish: choice.finish_reason,
    usage: {
      input: usage?.prompt_tokens ?? -1,
      cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      output: usage?.completion_tokens ?? -1,
      reasoning: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
    },
    turns: [message, ...results],
  }
}

function messagesAsker(client: Anthropic): Asker {
  const bodyOf = ({ model, fields, tools, think, after = [] }: Ask) => ({
    model,
    max_tokens: 8000,
    messages: [{ role: 'user' as const, content: QUESTION }, ...(after as Anthropic.MessageParam[])],
    ...(tools && { tools: [{ name: 'get_weather', input_schema: schema }] }),
    ...(think && { thinking: { type: 'enabled' as const, budget_tokens: 2000 } }),
    ...fields,
  })
  return {
    whole: async ask => heardMessage(await client.messages.create(bodyOf(ask), optionsOf(ask))),
    stream: async ask =>
      heardMessage(await client.messages.stream(bodyOf(ask), optionsOf(ask)).finalMessage()),
  }
}

function heardMessage({ content, stop_reason, usage }: Anthropic.Message): Heard {
  const calls = content.filter(block => block.type === 'tool_use')
  const results = calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: RESULT }))
  const cached = usage.cache_read_input_tokens ?? 0
  return {
    text: content.map(block => (block.type === 'text' ? block.text : '')).join(''),
    thinking: content.map(block => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: calls.map(({ name, input }) => ({ name, input })),
    finish: stop_reason,
    usage: {
      input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
      cached,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
    },
    turns: [
      { role: 'assistant', content },
      ...(results.length === 0 ? [] : [{ role: 'user', content: results }]),
    ],
  }
}

function responsesAsker(client: OpenAI): Asker {
  const bodyOf = ({ model, fields, tools, think, after = [] }: Ask) => ({
    model,
    store: false,
    input: [{ role: 'user' as const, content: QUESTION }, ...(after as OpenAI.Responses.ResponseInputItem[])],
    ...(tools && {
      tools: [{ type: 'function' as const, name: 'get_weather', parameters: schema, strict: true }],
    }),
    ...(think && { reasoning: { effort: 'high' as const, summary: 'auto' as const } }),
    ...fields,
  })
  return {
    whole: async ask => heardResponse(await client.responses.create(bodyOf(ask), optionsOf(ask))),
    stream: async ask =>
      heardResponse(await client.responses.stream(bodyOf(ask), optionsOf(ask)).finalResponse()),
  }
}

function heardResponse({ output, output_text, status, usage }: OpenAI.Responses.Response): Heard {
  const calls = output.filter(item => item.type === 'function_call')
  const results = calls.map(({ call_id }) => ({ type: 'function_call_output', call_id, output: RESULT }))
  return {
    text: output_text,
    thinking: output
      .flatMap(item => (item.type === 'reasoning' ? item.summary.map(part => part.text) : []))
      .join(''),
    calls: calls.map(call => ({ name: call.name, input: JSON.parse(call.arguments) as unknown })),
    finish: status ?? null,
    usage: {
      input: usage?.input_tokens ?? -1,
      cached: usage?.input_tokens_details.cached_tokens ?? 0,
      output: usage?.output_tokens ?? -1,
      reasoning: usage?.output_tokens_details.reasoning_tokens ?? 0,
    },
    turns: [...output, ...results],
  }
}
