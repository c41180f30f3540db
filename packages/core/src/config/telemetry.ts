// What is told to other tools of each request: spans and the request log. Metrics need no settings.
import { z } from 'zod'
import { BASE_URL } from './base-url.ts'
import { durationSchema, envReferenceSchema, headerNameSchema } from './scalar.ts'

const otlpSchema = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
    .regex(BASE_URL, { error: 'must be an http or https URL in ASCII, without user, query and fragment' })
    .meta({
      format: 'uri',
      description: 'Where spans are posted, in full: `http://collector:4318/v1/traces`',
    }),
  protocol: z.enum(['http/protobuf', 'http/json']).default('http/protobuf').meta({ description: 'Encoding' }),
  headers: z
    .record(headerNameSchema, envReferenceSchema)
    .default({})
    .meta({ description: 'Headers sent with spans, such as a token; the values stand in the environment' }),
  timeout: durationSchema.prefault('10s').meta({ description: 'How long one export may take' }),
})

export const telemetrySchema = z.strictObject({
  log: z
    .enum(['none', 'requests'])
    .default('none')
    .meta({ description: '`requests`: one line of JSON a request, on stderr' }),
  sampling: z.number().min(0).max(1).default(1).meta({
    description:
      'Share of traces that are sampled, of those that begin here; a client that sends `traceparent` decides itself',
  }),
  otlp: otlpSchema.optional().meta({
    description:
      'Where spans of sampled requests are sent. Without it, what the variables OTEL_EXPORTER_OTLP_* say; without those, nowhere',
  }),
})

export type TelemetryConfig = z.infer<typeof telemetrySchema>
