// Splits: the variants of a route, their weights, and the rules those must obey by themselves.
import { z } from 'zod'
import { apportion, parseTable } from '../assignment/index.ts'
import { modelIdSchema } from './provider.ts'
import { headerNameSchema, headerValueSchema, idSchema } from './scalar.ts'

/** Fields of a request body that a variant may not set: they decide who answers, to whom and how. */
const RESERVED_PARAMETERS = [
  'model',
  'messages',
  'input',
  'prompt',
  'stream',
  'stream_options',
  'metadata',
  'user',
]

export const systemPromptSchema = z
  .strictObject({
    prepend: z.string().optional(),
    replace: z.string().optional(),
  })
  .refine(value => (value.prepend === undefined) !== (value.replace === undefined), {
    error: 'must have exactly one of `prepend` and `replace`',
  })

const parametersSchema = z.record(z.string(), z.json()).superRefine((parameters, context) => {
  for (const name of Object.keys(parameters)) {
    if (RESERVED_PARAMETERS.includes(name)) {
      context.addIssue({ code: 'custom', path: [name], message: `"${name}" cannot be set by a variant` })
    }
  }
})

export const variantSchema = z.strictObject({
  id: idSchema,
  model: modelIdSchema,
  weight: z
    .number()
    .int({ error: 'must be a whole number; for finer shares use `mode: proportional`, such as 995 and 5' })
    .min(0, { error: 'must not be negative' })
    .max(1_000_000_000)
    .optional()
    .meta({ description: 'Share of the split; 0 keeps the variant configured and unserved' }),
  priority: z.number().int().min(0).max(100).default(0).meta({
    description: 'Variants of the lowest priority share traffic by weight; higher ones are fallbacks',
  }),
  parameters: parametersSchema
    .default({})
    .meta({ description: 'Body fields this variant sets, such as temperature' }),
  system_prompt: systemPromptSchema.optional(),
  headers: z.record(headerNameSchema, headerValueSchema).default({}),
})

const splitShape = z.strictObject({
  mode: z.enum(['percent', 'proportional']).default('percent'),
  salt: idSchema
    .optional()
    .meta({ description: 'Default: `<router>.<route>`; equal salts give equal buckets' }),
  variants: z.array(variantSchema).min(1, { error: 'needs at least one variant' }).max(100),
  buckets: z.string().optional().meta({
    description: 'The bucket table, run-length encoded: "large*8000 small*2000". Written by `weir export`',
  }),
})

type SplitShape = z.infer<typeof splitShape>
type Report = (path: (string | number)[], message: string, code: string) => void

export const splitSchema = splitShape.superRefine((split, context) => {
  const report: Report = (path, message, code) =>
    context.addIssue({ code: 'custom', path, message, params: { code } })
  checkDuplicates(split, report)
  checkWeights(split, report)
  checkTable(split, report)
})

/** The priority whose variants share the traffic. */
export function lowestPriority(split: Pick<SplitShape, 'variants'>): number {
  return Math.min(...split.variants.map(variant => variant.priority))
}

function checkDuplicates(split: SplitShape, report: Report): void {
  split.variants.forEach((variant, index) => {
    const first = split.variants.findIndex(other => other.id === variant.id)
    if (first < index) {
      report(
        ['variants', index, 'id'],
        `"${variant.id}" is already variants[${first}]; ids must be unique`,
        'duplicate_id',
      )
    }
  })
}

function checkWeights(split: SplitShape, report: Report): void {
  const lowest = lowestPriority(split)
  const sharing = split.variants.filter(variant => variant.priority === lowest)
  let complete = true
  split.variants.forEach((variant, index) => {
    if (variant.weight !== undefined || variant.priority !== lowest) return
    complete = sharing.length === 1 && split.mode === 'percent'
    if (!complete)
      report(
        ['variants', index, 'weight'],
        'is missing; every sharing variant needs a weight',
        'weight_missing',
      )
  })
  if (complete)
    checkSum(
      split.mode,
      sharing.map(variant => variant.weight ?? 100),
      report,
    )
}

function checkSum(mode: SplitShape['mode'], weights: readonly number[], report: Report): void {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum === 0)
    return report(['variants'], 'all weights are 0; at least one must be positive', 'weights_all_zero')
  if (mode === 'percent' && sum !== 100) {
    const message = `weights are ${weights.join(' + ')} = ${sum}; with \`mode: percent\` they must sum to exactly 100`
    return report(['variants'], message, 'weights_sum')
  }
  apportion(weights).forEach((count, index) => {
    if (count > 0 || weights[index] === 0) return
    const message = `a weight of ${weights[index]} in ${sum} is below 0.01 % and would get no bucket; raise it or set it to 0`
    report(['variants', index, 'weight'], message, 'weight_too_small')
  })
}

function checkTable(split: SplitShape, report: Report): void {
  if (split.buckets === undefined) return
  if (parseTable(split.buckets) === undefined) {
    report(['buckets'], 'must be runs like "large*8000 small*2000" that sum to 10000', 'bucket_table')
  }
}

export type VariantConfig = z.infer<typeof variantSchema>
export type SplitConfig = z.infer<typeof splitSchema>
export type SystemPrompt = z.infer<typeof systemPromptSchema>
