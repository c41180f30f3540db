// The record of one request: what the gateway saw, once per request, whatever became of it.
import { z } from 'zod'
import { failureKindSchema, wireFormatSchema } from '../config/index.ts'
import { usageSchema } from './usage.ts'

const milliseconds = z.number().min(0)

/** How one call to one target went. */
export const attemptSchema = z.strictObject({
  variant: z.string(),
  target: z.string(),
  /** HTTP status of the provider; null when there was none. */
  status: z.int().nullable(),
  /** Why it did not succeed; null for the attempt that answered. */
  failure: z.enum([...failureKindSchema.options, 'invalid_request', 'cancelled', 'stream_broken']).nullable(),
  /** The provider's error code, never its message: messages can hold prompts. */
  code: z.string().nullable(),
  /** When it began: ms after the request arrived. */
  began_ms: milliseconds.default(0),
  ms: milliseconds,
  /** Its span in the distributed trace, which the provider was told as its parent. */
  span_id: z.string().nullable().default(null),
})

/** What a request meant to the budget of its key, in whole nano-dollars. */
const budgetSchema = z.strictObject({
  /** `soft`: the soft limit had been reached before. */
  state: z.enum(['within', 'soft']),
  /** Held when the request was admitted: the most it was expected to cost, or what was left. */
  reserved_nano_usd: z.int().min(0),
  /** What it counted for in the end, over all attempts. */
  charged_nano_usd: z.int().min(0),
})

export const requestEventSchema = z.strictObject({
  kind: z.literal('request'),
  /** 1: before traces had spans and answers had signals; reads as one without. */
  version: z.union([z.literal(1), z.literal(2)]),
  request_id: z.string(),
  /** The W3C trace id, from the client or made here. */
  span_trace_id: z.string().nullable(),
  /** The request's own span, and the client's that it is part of; null when it begins the trace. */
  span_id: z.string().nullable().default(null),
  parent_span_id: z.string().nullable().default(null),
  /** Whether the trace is sampled: what the client's `traceparent` says, else what the config draws. */
  span_sampled: z.boolean().default(false),
  /** ISO 8601, when the request arrived. */
  at: z.iso.datetime(),
  node: z.string(),
  revision: z.int(),
  key: z.string().nullable(),
  tenant: z.string().nullable(),
  tags: z.array(z.string()).readonly(),
  endpoint: z.string(),
  format: wireFormatSchema.nullable(),
  stream: z.boolean(),
  /** The model as the client named it. */
  model: z.string().nullable(),
  router: z.string().nullable(),
  route: z.string().nullable(),
  reason: z.enum(['split', 'key_routing', 'override', 'named', 'state', 'pass_through']).nullable(),
  /** What became of the state that the request builds on; null when it builds on nothing. */
  state: z.enum(['held', 'unknown', 'elsewhere']).nullable().default(null),
  unit_kind: z.string().nullable(),
  /** HMAC-SHA-256 of the unit (128 bits, hex) or, if so configured, the unit itself. */
  unit: z.string().nullable(),
  hash_version: z.int(),
  salt: z.string().nullable(),
  bucket: z.int().min(0).max(9999).nullable(),
  propensity: z.number().min(0).max(1).nullable(),
  assigned: z.string().nullable(),
  served: z.string().nullable(),
  /** `provider/model` that answered. */
  target: z.string().nullable(),
  attempts: z.array(attemptSchema),
  /** What the target did not get of the request, by the names a variant's `drop` uses. */
  dropped: z.array(z.string()).readonly().default([]),
  /** The HTTP status the client got; 499 when it went away before there was one. */
  status: z.int(),
  outcome: z.enum(['ok', 'failed', 'refused', 'cancelled', 'stream_broken']),
  /** Code of the problem or failure that ended the request; null when it succeeded. */
  error: z.string().nullable(),
  queue_ms: milliseconds,
  /** Until the first content reached the client's socket; null when none did. */
  first_token_ms: milliseconds.nullable(),
  total_ms: milliseconds,
  usage: usageSchema,
  /** Whether the gateway had to estimate what the provider did not say, of an answer that was cut short or of a budget. */
  usage_estimated: z.boolean().default(false),
  /** Whole nano-dollars; null when unpriced or unknown. */
  cost_nano_usd: z.int().min(0).nullable(),
  /** Null when the key has no budget, or nothing was reserved of it. */
  budget: budgetSchema.nullable().default(null),
  finish_reason: z.string().nullable(),
  /** Characters of answer text. */
  output_length: z.int().min(0),
  tool_calls: z.int().min(0),
  /** Names of the tools called, each once, in order of the first call; at most 16. */
  tool_names: z.array(z.string()).readonly().default([]),
  /** Answered, but with neither text nor a tool call. */
  empty: z.boolean().default(false),
  refusal: z.boolean(),
  /** Who says that it declined: the provider's own field, or the words of the answer. */
  refusal_by: z.enum(['provider', 'text']).nullable().default(null),
  /** Of an answer that was asked to be JSON; null when it was not, or was cut short. */
  json: z.enum(['valid', 'invalid']).nullable().default(null),
  /** Share of the answer's text, 0..1, that repeats what it said before; null for short answers. */
  repetition: z.number().min(0).max(1).nullable().default(null),
  /** Whether prompt and answer were captured, in a capture event of the same request. */
  captured: z.boolean().default(false),
  region: z.string().nullable(),
  metadata: z.record(z.string(), z.json()),
})

export type RequestEvent = z.infer<typeof requestEventSchema>
export type AttemptRecord = z.infer<typeof attemptSchema>
