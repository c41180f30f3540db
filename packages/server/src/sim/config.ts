// The simulated provider's configuration: one zod schema, from which the types come. Reading files is the caller's.
import { z } from 'zod'

const rate = z.number().min(0).max(1).default(0)

const ratesSchema = z
  .strictObject({
    error_429: rate.describe('Share of requests answered 429 with retry-after'),
    error_500: rate.describe('Share of requests answered 500'),
    error_503: rate.describe('Share of requests answered 503'),
    hang: rate.describe('Share of requests accepted and never answered'),
    stream_break: rate.describe('Share of streams whose socket is destroyed half-way'),
    refusal: rate.describe('Share of answers in which the model refuses'),
    tool_call: rate.describe('Share of requests offering tools that are answered with a tool call'),
  })
  .refine(rates => rates.error_429 + rates.error_500 + rates.error_503 + rates.hang <= 1, {
    message: 'error_429, error_500, error_503 and hang exclude each other: together they must not exceed 1',
  })

const priceSchema = z.strictObject({
  input: z.number().nonnegative(),
  cached_input: z.number().nonnegative().optional(),
  output: z.number().nonnegative(),
})

const simModelSchema = z.strictObject({
  time_to_first_token: z
    .strictObject({
      median_ms: z.number().nonnegative().default(300),
      sigma: z.number().min(0).max(3).default(0.35).describe('Standard deviation of the logarithm'),
    })
    .prefault({})
    .describe('Log-normal'),
  tokens_per_second: z.number().positive().default(60),
  output_tokens: z
    .strictObject({
      median: z.number().positive().default(120),
      sigma: z.number().min(0).max(3).default(0.5).describe('Standard deviation of the logarithm'),
    })
    .prefault({})
    .describe('Log-normal, cut off by the request’s own limit'),
  context_window: z.int().positive().default(128_000).describe('Longest prompt, in tokens'),
  price: priceSchema.optional().describe('USD per million tokens; told to whoever asks, changes no answer'),
  rates: ratesSchema.prefault({}),
  retry_after_s: z.int().nonnegative().default(1).describe('The retry-after of a 429 that comes by rate'),
})

/** A model name as clients send it: letters, digits and `. _ : / -`. */
const modelName = z.string().regex(/^[\w.:/-]+$/, 'a model name holds only letters, digits and . _ : / -')

export const simConfigSchema = z.strictObject({
  seed: z.int().nonnegative().default(1),
  speed: z.number().positive().default(1).describe('Divides every duration: 20 is twenty times faster'),
  api_key: z.string().min(1).optional().describe('When set, any other key gets 401'),
  unknown_fields: z
    .enum(['refuse', 'ignore'])
    .default('refuse')
    .describe('What becomes of top-level fields the API does not have: 400, as the vendors, or nothing'),
  models: z
    .record(modelName, simModelSchema)
    .refine(models => Object.keys(models).length > 0, { message: 'at least one model is needed' }),
})

export type SimModel = z.output<typeof simModelSchema>
export type SimConfig = z.output<typeof simConfigSchema>

/** Two models that differ as a dear and a cheap one do: `large` is slower, says more, reads more and costs more. */
export const defaultSimConfig: SimConfig = simConfigSchema.parse({
  models: {
    large: {
      time_to_first_token: { median_ms: 450, sigma: 0.35 },
      tokens_per_second: 55,
      output_tokens: { median: 180, sigma: 0.5 },
      context_window: 200_000,
      price: { input: 2.5, cached_input: 0.25, output: 10 },
    },
    small: {
      time_to_first_token: { median_ms: 180, sigma: 0.3 },
      tokens_per_second: 140,
      output_tokens: { median: 120, sigma: 0.6 },
      price: { input: 0.15, output: 0.6 },
    },
  },
})
