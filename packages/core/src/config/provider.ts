// Providers and models: where a variant's requests can go, and what they cost.
import { z } from 'zod'
import { MODEL_ID } from './model-id.ts'
import { envReferenceSchema, headerNameSchema, headerValueSchema } from './scalar.ts'

/** The wire format a provider speaks. */
export const wireFormatSchema = z.enum(['openai', 'anthropic'])

export const providerSchema = z.strictObject({
  type: wireFormatSchema.meta({ description: 'The wire format the provider speaks' }),
  base_url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as "https://api.openai.com/v1"' })
    .refine(url => !url.includes('@') && !url.includes('?') && !url.includes('#'), {
      error: 'must have no user, query or fragment; put the credential under `credential`',
    })
    .meta({ description: 'Up to and including the version, such as https://api.openai.com/v1' }),
  credential: envReferenceSchema
    .optional()
    .meta({ description: 'The API key of this provider; without it requests go out unauthenticated' }),
  headers: z
    .record(headerNameSchema, headerValueSchema)
    .default({})
    .meta({ description: 'Headers set on every request to this provider' }),
  user: z
    .enum(['forward', 'hash', 'drop'])
    .default('forward')
    .meta({ description: "What the provider gets of the client's `user`: as it is, its HMAC, or nothing" }),
  stream_usage: z.enum(['ask', 'never']).default('ask').meta({
    description: 'Whether streams ask for usage when the client did not; some services refuse the option',
  }),
})

const usdPerMillion = z.number().min(0).max(1_000_000)

/** US dollars per million tokens. Cached input is charged as input when it has no price of its own. */
export const priceSchema = z.strictObject({
  input: usdPerMillion.meta({ description: 'US dollars per million input tokens' }),
  cached_input: usdPerMillion
    .optional()
    .meta({ description: 'The same for tokens read from the cache; default: `input`' }),
  output: usdPerMillion.meta({ description: 'US dollars per million output tokens' }),
})

export const modelSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: 'The name the provider knows; default: what follows the first slash' }),
  price: priceSchema.optional().meta({ description: 'Without a price the cost in events is null' }),
})

/** `provider/model`, or `provider/*` for every model of a provider. */
export const modelIdSchema = z
  .string()
  .max(256)
  .regex(MODEL_ID, { error: 'must be written `provider/model`' })

export type WireFormat = z.infer<typeof wireFormatSchema>
export type ProviderConfig = z.infer<typeof providerSchema>

export type Price = z.infer<typeof priceSchema>
