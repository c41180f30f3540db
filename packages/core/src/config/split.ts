// Splits: the variants of a route, their weights, and the rules those must obey by themselves.
import { z } from 'zod'
import { apportion, type BucketTable, parseTable } from '../assignment/index.ts'
import { modelIdSchema } from './model.ts'
import { headerNameSchema, headerValueSchema, idSchema, namesBut } from './scalar.ts'

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
    prepend: z.string().optional().meta({ description: "Goes before the client's own system prompt" }),
    replace: z.string().optional().meta({ description: "Takes the place of the client's system prompt" }),
  })
  .refine(value => (value.prepend === undefined) !== (value.replace === undefined), {
    error: 'must have exactly one of `prepend` and `replace`',
  })
  .meta({ oneOf: [{ required: ['prepend'] }, { required: ['replace'] }] })

const parametersSchema = z
  .record(z.string(), z.json())
  .superRefine((parameters, context) => {
    for (const name of Object.keys(parameters)) {
      if (RESERVED_PARAMETERS.includes(name)) {
        context.addIssue({ code: 'custom', path: [name], message: `"${name}" cannot be set by a variant` })
      }
    }
  })
  .meta(namesBut(RESERVED_PARAMETERS))

/** @param notWhole what is said of a weight with a fraction */
export function weightSchema(notWhole: string) {
  return z
    .number()
    .int({ error: notWhole })
    .min(0, { error: 'must not be negative', abort: true })
    .max(1_000_000_000, { error: 'must be at most 1000000000', abort: true })
}

export const variantSchema = z.strictObject({
  id: idSchema.meta({ description: 'Unique within the split; what `x-weir-variant` names' }),
  model: modelIdSchema.meta({ description: 'A model under `models`, or one that `provider/*` covers' }),
  weight: weightSchema('must be a whole number; for finer shares use `mode: proportional`, such as 995 and 5')
    .optional()
    .meta({
      description:
        'Share of the split; 0 keeps the variant configured and unserved. Default: 100 for a lone variant, 1 for a fallback',
    }),
  priority: z.number().int().min(0).max(100).default(0).meta({
    description: 'Variants of the lowest priority share traffic by weight; higher ones are fallbacks',
  }),
  parameters: parametersSchema.default({}).meta({
    description:
      "Fields this variant sets in the body the provider gets, in the words of the provider's format; not model, messages, input, prompt, stream, stream_options, metadata, user",
  }),
  drop: z
    .array(
      z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, { error: 'must be a field or type such as "logprobs"' }),
    )
    .max(50)
    .default([])
    .meta({
      description:
        "Fields and types of content part that may be left out when the target's format cannot express them; without it such a request fails as `not_translatable`",
    }),
  system_prompt: systemPromptSchema
    .optional()
    .meta({ description: 'Changes the system prompt; one of the two' }),
  headers: z
    .record(headerNameSchema, headerValueSchema)
    .default({})
    .meta({ description: 'Headers set on requests to this variant' }),
})

export const bucketsSchema = z
  .string()
  .optional()
  .meta({
    description:
      'The bucket table to start from: runs of buckets in order, such as "large*8000 small*2000". Default: the table in force',
    examples: ['large*8000 small*2000'],
  })

/** A variant's priority as the name of a field. */
const PRIORITY_NAME = /^(0|[1-9]\d?|100)$/

export const fallbackBucketsSchema = z
  .record(z.string().regex(PRIORITY_NAME, { error: 'must be a priority, such as "1"' }), z.string())
  .optional()
  .meta({
    description:
      'The bucket tables of fallbacks to start from, by priority: which of several is the first to stand in for a unit. Default: those in force',
  })

const splitShape = z.strictObject({
  mode: z.enum(['percent', 'proportional']).default('percent').meta({
    description: '`percent`: weights sum to exactly 100; `proportional`: any whole numbers',
  }),
  salt: idSchema
    .optional()
    .meta({ description: 'Default: `<router>.<route>`. Splits of one salt put a unit into the same bucket' }),
  variants: z
    .array(variantSchema)
    .min(1, { error: 'needs at least one variant' })
    .max(100)
    .meta({ description: 'Those of the lowest priority share traffic; the others stand in' }),
  buckets: bucketsSchema,
  fallback_buckets: fallbackBucketsSchema,
})

type SplitShape = z.infer<typeof splitShape>
type Report = (path: (string | number)[], message: string, code: string) => void

export const splitSchema = splitShape.superRefine((split, context) => {
  const report: Report = (path, message, code) =>
    context.addIssue({ code: 'custom', path, message, params: { code } })
  checkSplit(split, report)
})

/** What must hold of the variants of a split taken together. */
export function checkSplit(split: SplitShape, report: Report): void {
  checkDuplicates(split, report)
  checkWeights(split, report)
  checkTables(split, report)
}

/** The priority whose variants share the traffic. */
export function lowestPriority(split: Pick<SplitShape, 'variants'>): number {
  return Math.min(...split.variants.map(variant => variant.priority))
}

/** Fallbacks share evenly, and a lone variant serves everything, unless a weight says otherwise. */
export function effectiveWeight(variant: VariantConfig, split: Pick<SplitShape, 'variants'>): number {
  return variant.weight ?? (variant.priority === lowestPriority(split) ? 100 : 1)
}

/** The variants of each priority in declared order, lowest priority first. */
export function variantsByPriority(split: Pick<SplitShape, 'variants'>): Map<number, VariantConfig[]> {
  const priorities = [...new Set(split.variants.map(variant => variant.priority))].toSorted((a, b) => a - b)
  return new Map(
    priorities.map(priority => [priority, split.variants.filter(variant => variant.priority === priority)]),
  )
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
  for (const [priority, members] of variantsByPriority(split)) {
    const isSharing = priority === lowestPriority(split)
    const lacking =
      isSharing && members.length > 1 ? members.filter(member => member.weight === undefined) : []
    for (const variant of lacking) {
      const path = ['variants', split.variants.indexOf(variant), 'weight']
      report(path, 'is missing; every sharing variant needs a weight', 'weight_missing')
    }
    if (lacking.length > 0) continue
    if (isSharing) checkSum(split, members, report)
    checkShares(split, members, report)
  }
}

function checkSum(split: SplitShape, sharing: readonly VariantConfig[], report: Report): void {
  const weights = sharing.map(variant => effectiveWeight(variant, split))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum === 0)
    return report(['variants'], 'all weights are 0; at least one must be positive', 'weights_all_zero')
  if (split.mode === 'percent' && sum !== 100) {
    const message = `weights are ${weights.join(' + ')} = ${sum}; with \`mode: percent\` they must sum to exactly 100`
    report(['variants'], message, 'weights_sum')
  }
}

/** A variant whose weight is too small for a single bucket would be configured and never called. */
function checkShares(split: SplitShape, members: readonly VariantConfig[], report: Report): void {
  const weights = members.map(variant => effectiveWeight(variant, split))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum === 0) return
  apportion(weights).forEach((count, index) => {
    if (count > 0 || weights[index] === 0) return
    const path = ['variants', split.variants.indexOf(members[index] as VariantConfig), 'weight']
    const message = `a weight of ${weights[index]} in ${sum} is below 0.01 % and would get no bucket; raise it or set it to 0`
    report(path, message, 'weight_too_small')
  })
}

function checkTables({ buckets, fallback_buckets = {} }: SplitShape, report: Report): void {
  const check = (path: string[], table: string) => {
    if (parseTable(table) === undefined) report(path, TABLE_RULE, 'bucket_table')
  }
  if (buckets !== undefined) check(['buckets'], buckets)
  for (const [priority, table] of Object.entries(fallback_buckets))
    check(['fallback_buckets', priority], table)
}

export const TABLE_RULE = 'must be runs like "large*8000 small*2000" that sum to 10000'

/** The table that a split declares for the variants of one priority. */
export function declaredTable(split: SplitConfig, priority: number): BucketTable | undefined {
  const { buckets, fallback_buckets = {} } = split
  const text = priority === lowestPriority(split) ? buckets : fallback_buckets[String(priority)]
  return text === undefined ? undefined : parseTable(text)
}

export type VariantConfig = z.infer<typeof variantSchema>
export type SplitConfig = z.infer<typeof splitSchema>
export type SystemPrompt = z.infer<typeof systemPromptSchema>
