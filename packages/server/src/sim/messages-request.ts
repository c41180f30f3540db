// The body of a request for an Anthropic message: what is read of it, and the names of all it may have.
import { z } from 'zod'

const schemaObject = z.record(z.string(), z.unknown())

const sourceSchema = z.object({
  type: z.enum(['base64', 'url', 'file', 'text', 'content']),
  data: z.string().optional(),
  content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).optional(),
})

const innerBlockSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  source: z.unknown().optional(),
})

const blockSchema = z.object({
  type: z.string(),
  text: z.string().optional(),
  content: z.union([z.string(), z.array(innerBlockSchema)]).optional(),
  source: z.union([sourceSchema, z.string()]).optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  thinking: z.string().optional(),
  signature: z.string().optional(),
  data: z.string().optional(),
})

const contentSchema = z.union([z.string(), z.array(blockSchema)])

const toolSchema = z.object({
  type: z.string().nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/, "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"),
  input_schema: schemaObject.optional(),
})

const thinkingSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('enabled'),
    budget_tokens: z.int().min(1024, 'Input should be greater than or equal to 1024'),
    display: z.enum(['summarized', 'omitted']).nullish(),
  }),
  z.object({ type: z.literal('adaptive'), display: z.enum(['summarized', 'omitted']).nullish() }),
  z.object({ type: z.literal('disabled') }),
])

const promptShape = {
  model: z.string(),
  messages: z
    .array(z.object({ role: z.enum(['user', 'assistant', 'system']), content: contentSchema }))
    .min(1, 'at least one message is required'),
  system: contentSchema.optional(),
  tools: z.array(toolSchema).optional(),
  tool_choice: z
    .object({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.string().optional(),
      disable_parallel_tool_use: z.boolean().optional(),
    })
    .optional(),
  thinking: thinkingSchema.optional(),
  output_config: z
    .object({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: z.object({ type: z.literal('json_schema'), schema: schemaObject }).nullish(),
    })
    .optional(),
}

export const promptSchema = z.object(promptShape)

export const messagesSchema = z.object({
  ...promptShape,
  max_tokens: z.int().min(1, 'must be greater than or equal to 1'),
  stream: z.boolean().optional(),
  stop_sequences: z
    .array(z.string().regex(/\S/, 'each stop sequence must contain non-whitespace'))
    .optional(),
  temperature: z.number().min(0, 'range: 0..1').max(1, 'range: 0..1').optional(),
  top_k: z.int().min(0).optional(),
  top_p: z.number().min(0, 'range: 0..1').max(1, 'range: 0..1').optional(),
})

export type PromptBody = z.output<typeof promptSchema>
export type MessagesBody = z.output<typeof messagesSchema>
export type Content = z.output<typeof contentSchema>
export type ContentBlock = z.output<typeof blockSchema>

/** Top-level fields, as Anthropic's API reference lists them ("Count tokens in a Message"). */
export const PROMPT_FIELDS: readonly string[] = [
  ...Object.keys(promptShape),
  'cache_control',
  'user_profile_id',
]

/** Top-level fields, as Anthropic's API reference lists them ("Create a Message"). */
export const MESSAGES_FIELDS: readonly string[] = [
  ...Object.keys(messagesSchema.shape),
  'cache_control',
  'container',
  'diagnostics',
  'inference_geo',
  'metadata',
  'service_tier',
  'speed',
  'user_profile_id',
  'workspace_id',
]
