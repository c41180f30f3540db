// Key routing: a split attached to a key, which replaces the plain model names that its clients send.
import { z } from 'zod'
import { failurePolicySchema, timeoutsSchema } from './failure-policy.ts'
import { unitSourceSchema } from './router.ts'
import { idSchema } from './scalar.ts'
import {
  bucketsSchema,
  checkSplit,
  fallbackBucketsSchema,
  type SplitConfig,
  variantSchema,
  weightSchema,
} from './split.ts'

const routedVariantSchema = variantSchema
  .extend({
    id: idSchema.optional().meta({
      description:
        'Unique within the routing; what `x-weir-variant` names. Default: the model, with dots for what an id cannot have: `openai.gpt-5`',
    }),
    weight: weightSchema('must be a whole number; for finer shares use larger ones, such as 995 and 5')
      .optional()
      .meta({
        description:
          'Share among the variants of its priority, in proportion to their sum; 0 keeps the variant configured and unserved. Default: 100 for a lone variant, 1 for a fallback',
      }),
    priority: variantSchema.shape.priority.meta({
      description: '0: shares traffic by weight; 1 and above: fallbacks, lower first',
    }),
  })
  .transform(variant => ({ ...variant, id: variant.id ?? idOfModel(variant.model) }))

/** A function of the model alone: with it, adding a variant renames no other. */
function idOfModel(model: string): string {
  return model.replace(/[^A-Za-z0-9._-]/g, '.').slice(0, 128)
}

export const keyRoutingSchema = z
  .strictObject({
    active: z.boolean().default(true).meta({
      description: 'false: plain model names go where they would without it; weights and buckets are kept',
    }),
    variants: z
      .array(routedVariantSchema)
      .max(100)
      .meta({
        description: 'Those of priority 0 share traffic; the others stand in',
        minItems: 1,
        contains: { properties: { priority: { const: 0 } } },
      }),
    buckets: bucketsSchema,
    fallback_buckets: fallbackBucketsSchema,
    units: z
      .array(unitSourceSchema)
      .min(1)
      .max(10)
      .default(['request'])
      .meta({ description: 'What sticks: the first of these that a request has. Default: request' }),
    timeouts: timeoutsSchema.prefault({}).meta({ description: 'Of requests that it decides' }),
    failure: failurePolicySchema.prefault({}).meta({ description: 'Of requests that it decides' }),
  })
  .superRefine((routing, context) => {
    const report = (path: (string | number)[], message: string, code: string) =>
      context.addIssue({ code: 'custom', path, message, params: { code } })
    if (routing.variants.some(variant => variant.priority === 0)) return checkSplit(splitOf(routing), report)
    const message = 'has no variant of priority 0; those share the traffic, the others only stand in'
    report(['variants'], message, 'priority_empty')
  })

export type KeyRoutingConfig = z.infer<typeof keyRoutingSchema>

type SharedTraffic = Pick<KeyRoutingConfig, 'variants' | 'buckets' | 'fallback_buckets'>

/** The routing as the split that it is: weights in proportion to their sum. */
export function splitOf({ variants, buckets, fallback_buckets }: SharedTraffic): SplitConfig {
  return {
    mode: 'proportional',
    variants,
    ...(buckets !== undefined && { buckets }),
    ...(fallback_buckets !== undefined && { fallback_buckets }),
  }
}
