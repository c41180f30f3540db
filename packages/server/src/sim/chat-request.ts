// The body of a request for a chat completion: what is read of it, and the names of all it may have.
import { z } from 'zod'

const schemaObject = z.record(z.string(), z.unknown())

const partSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.object({ url: z.string() }).optional(),
  file: z.object({ file_id: z.string().optional() }).optional(),
})

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(partSchema)]).nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(z.object({ id: z.string() })).nullish(),
  tool_call_id: z.string().optional(),
})

const functionName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "must match '^[a-zA-Z0-9_-]{1,64}$'")

const toolSchema = z.object({
  type: z.string(),
  function: z.object({ name: functionName, parameters: schemaObject.nullish() }).optional(),
})

const toolChoiceSchema = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.string(), function: z.object({ name: z.string() }).optional() }),
])

const formatSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: functionName,
      schema: schemaObject.optional(),
      strict: z.boolean().nullish(),
    }),
  }),
])

export const chatSchema = z.object({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  n: z.int().min(1).max(128).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  tools: z.array(toolSchema).nullish(),
  tool_choice: toolChoiceSchema.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: formatSchema.nullish(),
})

export type ChatBody = z.output<typeof chatSchema>

/** Top-level fields, as OpenAI's API reference lists them ("Create chat completion"). */
export const CHAT_FIELDS: readonly string[] = [
  ...Object.keys(chatSchema.shape),
  'audio',
  'frequency_penalty',
  'function_call',
  'functions',
  'logit_bias',
  'logprobs',
  'metadata',
  'modalities',
  'moderation',
  'prediction',
  'presence_penalty',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'seed',
  'service_tier',
  'store',
  'top_logprobs',
  'top_p',
  'user',
  'verbosity',
  'web_search_options',
]
