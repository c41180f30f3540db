// Virtual keys: who may call, and what their traffic is allowed to do.
import { z } from 'zod'
import { envReferenceSchema, idSchema } from './scalar.ts'

export const keySchema = z
  .strictObject({
    id: idSchema,
    secret: envReferenceSchema.optional().meta({ description: 'The environment variable with the key' }),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be "sha256:" and 64 lower-case hex digits' })
      .optional()
      .meta({ description: 'SHA-256 of the key, so that the key itself stands nowhere' }),
    tenant: idSchema.default('default').meta({ description: 'Whose traffic this is' }),
    tags: z.array(idSchema).max(50).default([]),
    router: idSchema
      .optional()
      .meta({ description: 'Requests of this key go to this router, whatever plain model they name' }),
    allow: z.array(z.string().min(1).max(256)).optional().meta({
      description: 'Routers and models (`provider/model`, `provider/*`) the key may use; default: all',
    }),
    default_provider: idSchema.optional().meta({ description: 'Where other /v1 paths pass through to' }),
    may_override: z.boolean().default(false).meta({ description: 'May force a variant with x-weir-variant' }),
    disabled: z.boolean().default(false),
    expires: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(key => (key.secret === undefined) !== (key.digest === undefined), {
    error: 'must have exactly one of `secret` (an environment variable) and `digest`',
  })

export type KeyConfig = z.infer<typeof keySchema>
