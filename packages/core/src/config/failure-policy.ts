// What counts as a failure of an attempt, and what is done about it.
import { z } from 'zod'
import { durationSchema } from './scalar.ts'

/**
 * Why an attempt did not succeed. All but `invalid_request` and `cancelled` may be walked past.
 *
 * `connect` could not connect or no TLS; `reset` connection lost before the first content; `timeout` connect, first
 * token, idle or total; `request_timeout` 408; `conflict` 409; `rate_limited` 429; `server_error` 5xx;
 * `bad_answer` not the wire format, or an error inside a 200; `credential` 401, 402 or 403; `model_gone` 404;
 * `empty` an answer without content; `context_length` the prompt is too long; `refusal` the model declined;
 * `unsupported` the target cannot serve this endpoint; `not_translatable` the target's format cannot say what the
 * request asks.
 */
export const failureKindSchema = z.enum([
  'connect',
  'reset',
  'timeout',
  'request_timeout',
  'conflict',
  'rate_limited',
  'server_error',
  'bad_answer',
  'credential',
  'model_gone',
  'unsupported',
  'not_translatable',
  'empty',
  'context_length',
  'refusal',
])

const DEFAULT_KINDS = failureKindSchema.options.filter(
  kind => kind !== 'empty' && kind !== 'context_length' && kind !== 'refusal',
)

export const timeoutsSchema = z.strictObject({
  connect: durationSchema.prefault('5s').meta({ description: 'One attempt: until connected, TCP and TLS' }),
  first_token: durationSchema
    .prefault('2m')
    .meta({ description: 'Streams: from the request sent to the first content' }),
  idle: durationSchema
    .prefault('1m')
    .meta({ description: 'Streams: between two chunks, once there was content' }),
  total: durationSchema
    .prefault('10m')
    .meta({ description: 'One attempt: from the request sent to the end of the answer' }),
  hold: durationSchema.prefault('10s').meta({
    description: 'Streams: after this, 200 and keep-alive comments go out while content is awaited',
  }),
})

export const failurePolicySchema = z.strictObject({
  on: z.array(failureKindSchema).default(DEFAULT_KINDS).meta({
    description: 'Failures that lead to a retry or the next target; others are answered as they are',
  }),
  retries: z.number().int().min(0).max(10).default(1).meta({
    description: 'Further attempts on the same target before the next one; not for every failure',
  }),
  max_attempts: z.number().int().min(1).max(20).default(4).meta({ description: 'Attempts over all targets' }),
  deadline: durationSchema.prefault('10m').meta({ description: 'Time for all attempts and waits together' }),
  backoff: z
    .strictObject({
      base: durationSchema.prefault('200ms').meta({ description: 'Upper bound of the first wait; doubles' }),
      max: durationSchema.prefault('5s').meta({ description: 'Upper bound of every wait' }),
    })
    .prefault({})
    .meta({ description: 'Wait before a retry: exponential with full jitter' }),
  retry_after_max: durationSchema
    .prefault('10s')
    .meta({ description: 'A longer `retry-after` moves on to the next target instead of waiting' }),
  siblings: z.enum(['last', 'never']).default('last').meta({
    description: 'Whether the other variants that share traffic stand in when all fallbacks failed',
  }),
  ejection: z
    .strictObject({
      consecutive_failures: z
        .number()
        .int()
        .min(1)
        .max(1000)
        .default(5)
        .meta({ description: 'Failures in a row that eject' }),
      failure_ratio: z
        .number()
        .min(0.01)
        .max(1)
        .default(0.5)
        .meta({ description: 'Share of failures within the window that ejects' }),
      min_requests: z
        .number()
        .int()
        .min(1)
        .max(100_000)
        .default(20)
        .meta({ description: 'Attempts within the window below which the ratio says nothing' }),
      window: durationSchema.prefault('30s').meta({ description: 'Over which the ratio is counted' }),
      cooldown: durationSchema
        .prefault('10s')
        .meta({ description: 'First ejection; each further one in a row doubles it' }),
      max_cooldown: durationSchema
        .prefault('5m')
        .meta({ description: 'Longest ejection; at once for `credential` and `model_gone`' }),
    })
    .prefault({})
    .meta({ description: 'When a failing target is taken out of plans, and for how long' }),
})

/** The policy of requests that name a model themselves and so have no route. */
export const namedPolicy = { failure: failurePolicySchema.parse({}), timeouts: timeoutsSchema.parse({}) }

export type FailureKind = z.infer<typeof failureKindSchema>
export type FailurePolicy = z.infer<typeof failurePolicySchema>
export type Timeouts = z.infer<typeof timeoutsSchema>
