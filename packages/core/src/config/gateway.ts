// Settings of the gateway itself: limits, attributes and what is recorded.
import { z } from 'zod'
import { retentionSchema } from './retention.ts'
import { durationSchema, headerNameSchema, idSchema, sizeSchema } from './scalar.ts'
import { telemetrySchema } from './telemetry.ts'

export const limitsSchema = z.strictObject({
  body: sizeSchema.prefault('32MiB').meta({ description: 'Body of a split request; 413 beyond it' }),
  headers: sizeSchema
    .prefault('32KiB')
    .meta({ description: 'Request headers; 431 beyond it. Read at start, not at publish' }),
  answer: sizeSchema
    .prefault('64MiB')
    .meta({ description: 'An answer that is not streamed; beyond it the attempt fails' }),
  concurrent: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(4096)
    .meta({ description: 'Requests served at once, in each worker' }),
  queue: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(1024)
    .meta({ description: 'Requests waiting for a place, in each worker; 503 beyond it' }),
  queue_timeout: durationSchema
    .prefault('5s')
    .meta({ description: 'How long a request waits for a place; 503 after it' }),
  slow_client: durationSchema.prefault('30s').meta({
    description:
      'Longest pause of a client that sends its body or takes a stream; also, as read at start, the time for all its headers',
  }),
})

export const gatewaySchema = z.strictObject({
  namespace: idSchema
    .default('weir')
    .meta({ description: 'Routers are also addressed as `<namespace>/<router>`' }),
  namespaces: z
    .array(idSchema)
    .max(10)
    .default([])
    .meta({ description: 'More such names, for clients that come with those of another product' }),
  region: idSchema.optional().meta({ description: 'The value of the attribute `region`' }),
  attribute_headers: z
    .array(headerNameSchema)
    .max(50)
    .default([])
    .meta({ description: 'Request headers that conditions may read as `headers["name"]`' }),
  private_networks: z.enum(['refuse', 'allow']).default('refuse').meta({
    description:
      'Whether base URLs that are set through the control API may lead to loopback and private addresses; config files may name them in any case',
  }),
  limits: limitsSchema.prefault({}).meta({ description: 'What a client may use up' }),
  record: z
    .strictObject({
      metadata: z
        .array(z.string().max(64))
        .max(100)
        .default([])
        .meta({ description: 'Metadata keys kept in events; all others are left out' }),
      units: z
        .enum(['hashed', 'raw'])
        .default('hashed')
        .meta({ description: 'How units are kept in events: as an HMAC or as they are' }),
      refusals: z.enum(['provider', 'text']).default('text').meta({
        description:
          'Who says that an answer is a refusal: only the provider, or also its words (English, by rules)',
      }),
      retention: retentionSchema.prefault({}).meta({ description: 'How long events are kept' }),
    })
    .prefault({})
    .meta({ description: 'What events hold' }),
  telemetry: telemetrySchema.prefault({}).meta({ description: 'What other tools are told of requests' }),
})

export type GatewayConfig = z.infer<typeof gatewaySchema>
export type Limits = z.infer<typeof limitsSchema>
