// The body of a request to the Responses API: what is read of it, and the names of all it may have.
import { z } from 'zod'

const schemaObject = z.record(z.string(), z.unknown())

const partSchema = z.object({
  type: z.string().optional(),
  text: z.string().optional(),
  file_id: z.string().nullish(),
})

const itemSchema = z.object({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.union([z.string(), z.array(partSchema)]).nullish(),
  call_id: z.string().optional(),
  output: z.unknown().optional(),
})

export const inputSchema = z.array(itemSchema)

export const responseSchema = z.object({
  model: z.string(),
  input: z.union([z.string(), inputSchema.min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  conversation: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning: z
    .object({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
    })
    .nullish(),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({ type: z.string(), name: z.string().optional() }),
    ])
    .nullish(),
  text: z
    .looseObject({ format: z.looseObject({ type: z.string(), schema: schemaObject.optional() }).optional() })
    .nullish(),
})

export type ResponseBody = z.output<typeof responseSchema>
export type InputItem = z.output<typeof itemSchema>

/** Top-level fields, as OpenAI's API reference lists them ("Create a model response"). */
export const RESPONSE_FIELDS: readonly string[] = [
  ...Object.keys(responseSchema.shape),
  'access_programs',
  'background',
  'context_management',
  'image',
  'include',
  'max_tool_calls',
  'moderation',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'stream_options',
  'temperature',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
]
