// Settings of the gateway itself: limits, attributes and what is recorded.
import { z } from 'zod'
import { durationSchema, headerNameSchema, idSchema, sizeSchema } from './scalar.ts'

export const limitsSchema = z.strictObject({
  body: sizeSchema.prefault('32MiB').meta({ description: 'Request body; 413 beyond it' }),
  headers: sizeSchema
    .prefault('32KiB')
    .meta({ description: 'Request headers; 431 beyond it. Read at start' }),
  answer: sizeSchema.prefault('64MiB').meta({ description: 'An answer that is not streamed' }),
  concurrent: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(4096)
    .meta({ description: 'Requests at once, a worker' }),
  queue: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(1024)
    .meta({ description: 'Requests waiting; 503 beyond it' }),
  queue_timeout: durationSchema.prefault('5s'),
  slow_client: durationSchema
    .prefault('30s')
    .meta({ description: 'A client that neither sends nor takes bytes' }),
})

export const gatewaySchema = z.strictObject({
  namespace: idSchema
    .default('weir')
    .meta({ description: 'Routers are also addressed as `<namespace>/<router>`' }),
  region: idSchema.optional().meta({ description: 'The attribute `region`' }),
  attribute_headers: z
    .array(headerNameSchema)
    .max(50)
    .default([])
    .meta({ description: 'Request headers that conditions may read as headers["name"]' }),
  limits: limitsSchema.prefault({}),
  record: z
    .strictObject({
      metadata: z
        .array(z.string().max(64))
        .max(100)
        .default([])
        .meta({ description: 'Metadata keys kept in events' }),
      units: z
        .enum(['hashed', 'raw'])
        .default('hashed')
        .meta({ description: 'How units are kept in events' }),
    })
    .prefault({}),
})

export type GatewayConfig = z.infer<typeof gatewaySchema>
export type Limits = z.infer<typeof limitsSchema>
