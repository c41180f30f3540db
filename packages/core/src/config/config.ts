// The whole of weir.yaml as one schema: the source of types, of JSON Schema and of every config error.
import { z } from 'zod'
import { formerBucketsSchema } from './former-tables.ts'
import { gatewaySchema } from './gateway.ts'
import { keySchema } from './key.ts'
import { modelIdSchema, modelSchema } from './model.ts'
import { providerSchema } from './provider.ts'
import { routerSchema } from './router.ts'
import { idSchema } from './scalar.ts'

export const configSchema = z
  .strictObject({
    version: z.literal(1).meta({ description: 'The version of this file format' }),
    gateway: gatewaySchema
      .prefault({})
      .meta({ description: 'The gateway itself: limits, attributes, recording' }),
    providers: z.record(idSchema, providerSchema).default({}).meta({ description: 'Vendor APIs by id' }),
    models: z
      .record(modelIdSchema, modelSchema)
      .default({})
      .meta({ description: 'Models by `provider/model`; `provider/*` stands for all others of a provider' }),
    routers: z
      .record(idSchema, routerSchema)
      .default({})
      .meta({ description: 'Routers by id: what applications name as their model' }),
    keys: z
      .array(keySchema)
      .max(10_000)
      .prefault([])
      .meta({ description: 'Virtual keys: who may call. Without one, every request is refused' }),
    former_buckets: formerBucketsSchema,
  })
  .superRefine((config, context) => {
    const ids = config.keys.map(key => key.id)
    ids.forEach((id, index) => {
      const first = ids.indexOf(id)
      if (first === index) return
      const message = `"${id}" is already keys[${first}]; ids must be unique`
      context.addIssue({
        code: 'custom',
        path: ['keys', index, 'id'],
        message,
        params: { code: 'duplicate_id' },
      })
    })
  })
  .meta({
    title: 'Weir configuration',
    description: 'Splits live LLM traffic over models, prompts and providers.',
  })

export type Config = z.infer<typeof configSchema>
/** What a user writes: defaults may be left out. */
export type ConfigInput = z.input<typeof configSchema>

/** The JSON Schema of the config file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) }
}
