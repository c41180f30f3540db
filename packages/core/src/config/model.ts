// Models: what they are called, what they cost and what they can do.
import { z } from 'zod'
import { MODEL_ID } from './model-id.ts'
import { endpointNamesSchema } from './scalar.ts'

const usdPerMillion = z.number().min(0).max(1_000_000)

/** US dollars per million tokens. Cached input is charged as input when it has no price of its own. */
export const priceSchema = z.strictObject({
  input: usdPerMillion.meta({ description: 'US dollars per million input tokens' }),
  cached_input: usdPerMillion
    .optional()
    .meta({ description: 'The same for tokens read from the cache; default: `input`' }),
  output: usdPerMillion.meta({ description: 'US dollars per million output tokens' }),
})

const tokens = z.number().int().min(1).max(100_000_000)

/** What is not said is looked up among the models known by name, and otherwise not known. */
export const capabilitiesSchema = z.strictObject({
  tools: z.boolean().optional().meta({ description: 'Whether it can call tools' }),
  images: z.boolean().optional().meta({ description: 'Whether it takes images' }),
  documents: z.boolean().optional().meta({ description: 'Whether it takes documents, such as PDF files' }),
  json: z.enum(['none', 'object', 'schema']).optional().meta({
    description: 'What it promises of JSON: nothing, any object, or one that obeys a JSON Schema',
  }),
  reasoning: z.enum(['none', 'effort', 'budget']).optional().meta({
    description: 'How it is told to think: not at all, by effort, or by a budget in tokens',
  }),
  context: tokens.optional().meta({ description: 'Tokens of prompt and answer together' }),
  output: tokens.optional().meta({ description: 'Most tokens of one answer' }),
  endpoints: endpointNamesSchema.optional().meta({
    description:
      "Endpoints that make sense for it, of those its provider serves; a key's routing splits only those that all its models serve",
  }),
})

export const modelSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'false: requests that name it are refused, and no variant may use it' }),
  name: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: 'The name the provider knows; default: what follows the first slash' }),
  price: z
    .union([priceSchema, z.literal('none')])
    .optional()
    .meta({
      description:
        "US dollars per million tokens, or `none`. Default: what the shipped price list says of the provider's preset, else none: then the cost in events is null",
    }),
  capabilities: capabilitiesSchema.default({}).meta({
    description: 'What the model can do; each field wins over what is known of a model of this name',
  }),
})

/** `provider/model`, or `provider/*` for every model of a provider. */
export const modelIdSchema = z
  .string()
  .max(256)
  .regex(MODEL_ID, { error: 'must be written `provider/model`' })

export type ModelConfig = z.infer<typeof modelSchema>
export type Price = z.infer<typeof priceSchema>
