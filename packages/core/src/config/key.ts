// Virtual keys: who may call, and what their traffic is allowed to do.
import { z } from 'zod'
import { keyLimitsSchema } from './key-limits.ts'
import { keyRoutingSchema } from './key-routing.ts'
import { envReferenceSchema, idSchema } from './scalar.ts'

const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be "sha256:" and 64 lower-case hex digits' })

/** A router's id or a model's. */
const allowedSchema = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[A-Za-z0-9._-]+(\/(\*|[A-Za-z0-9._:@/-]+))?$/, {
    error: 'must be a router, `provider/model` or `provider/*`',
  })

export const keySchema = z
  .strictObject({
    id: idSchema.meta({ description: 'Names the key in events and conditions (`key.id`)' }),
    secret: envReferenceSchema.optional().meta({
      description: 'The environment variable with the key itself, which has to be set; this or `digest`',
    }),
    digest: digestSchema
      .optional()
      .meta({ description: '`sha256:` and the SHA-256 of the key in hex; this or `secret`' }),
    previous: z
      .strictObject({
        digest: digestSchema.meta({ description: '`sha256:` and the SHA-256 of the replaced secret' }),
        until: z.iso
          .datetime({ offset: true })
          .meta({ description: 'ISO 8601 with an offset; from then on the replaced secret is refused: 401' }),
      })
      .optional()
      .meta({ description: 'The secret that was replaced last, which still works for a while' }),
    tenant: idSchema.default('default').meta({ description: 'Whose traffic this is (`key.tenant`)' }),
    tags: z
      .array(idSchema)
      .max(50)
      .default([])
      .meta({ description: 'Trusted facts for conditions (`key.tags`)' }),
    router: idSchema.optional().meta({
      description: 'Requests that name a plain model, without a slash and not a router, go to this router',
    }),
    allow: z.array(allowedSchema).optional().meta({
      description: 'Routers and models (`provider/model`, `provider/*`) the key may use; default: all',
    }),
    default_provider: idSchema.optional().meta({
      description:
        'Provider of plain model names without a `router`, and of every /v1 path that is not split',
    }),
    routing: keyRoutingSchema.optional().meta({
      description:
        'Splits what this key sends with a plain model name over the models listed here, which `allow` has to have',
    }),
    limits: keyLimitsSchema.optional().meta({ description: 'What the key may use up' }),
    may_override: z
      .boolean()
      .default(false)
      .meta({ description: 'May force a variant with the header `x-weir-variant`' }),
    disabled: z.boolean().default(false).meta({ description: 'Refuse this key: 401' }),
    expires: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'ISO 8601 with an offset; from then on the key is refused: 401' }),
  })
  .refine(key => (key.secret === undefined) !== (key.digest === undefined), {
    error: 'must have exactly one of `secret` (an environment variable) and `digest`',
  })
  .meta({ oneOf: [{ required: ['secret'] }, { required: ['digest'] }] })

export type KeyConfig = z.infer<typeof keySchema>
