// What a key may use up: requests and tokens a minute, dollars a day and a month.
import { z } from 'zod'

const perMinute = z.number().int().min(1).max(1_000_000_000)

/** Whole nano-dollars stay a safe integer up to nine million dollars. */
const usd = z.number().min(0).max(9_000_000)

const budgetSchema = z
  .strictObject({
    soft: usd.optional().meta({
      description:
        'US dollars from which on answers carry `x-weir-budget: soft`; nothing is refused. At most `hard`',
    }),
    hard: usd
      .optional()
      .meta({ description: 'US dollars from which on requests are refused with 429 until the period ends' }),
  })
  .superRefine(({ soft, hard }, context) => {
    if (soft === undefined || hard === undefined || soft <= hard) return
    const message = `is ${soft}, above the hard limit of ${hard}; it must be at most that`
    context.addIssue({ code: 'custom', path: ['soft'], message, params: { code: 'budget_order' } })
  })

export const keyLimitsSchema = z.strictObject({
  requests_per_minute: perMinute
    .optional()
    .meta({ description: 'Requests a minute over all workers; 429 beyond it' }),
  tokens_per_minute: perMinute
    .optional()
    .meta({ description: 'Tokens a minute over all workers, of prompts and answers; 429 beyond it' }),
  budget: z
    .strictObject({
      day: budgetSchema.optional().meta({ description: 'From midnight to midnight, UTC' }),
      month: budgetSchema.optional().meta({ description: 'From the first of a month, UTC' }),
    })
    .default({})
    .meta({ description: 'What the key may cost, in US dollars' }),
  unpriced: z.enum(['refuse', 'allow']).default('refuse').meta({
    description:
      'What becomes of a model without a price on a key with a hard budget: what it costs cannot be counted',
  }),
})

type KeyLimitsConfig = z.infer<typeof keyLimitsSchema>
type BudgetConfig = z.infer<typeof budgetSchema>

/** Limits as they are enforced; null where there is none. */
export interface KeyLimits {
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
  readonly day: BudgetLimits | null
  readonly month: BudgetLimits | null
  readonly unpriced: 'refuse' | 'allow'
}

/** Whole nano-dollars (10^-9 US dollars), as costs are counted. */
export interface BudgetLimits {
  readonly softNanoUsd: number | null
  readonly hardNanoUsd: number | null
}

/** The limits of a key; null when nothing is limited, so that the request path asks one question. */
export function compileLimits(limits: KeyLimitsConfig | undefined): KeyLimits | null {
  if (limits === undefined) return null
  const compiled = {
    requestsPerMinute: limits.requests_per_minute ?? null,
    tokensPerMinute: limits.tokens_per_minute ?? null,
    day: compileBudget(limits.budget.day),
    month: compileBudget(limits.budget.month),
    unpriced: limits.unpriced,
  }
  const { requestsPerMinute, tokensPerMinute, day, month } = compiled
  return [requestsPerMinute, tokensPerMinute, day, month].every(limit => limit === null) ? null : compiled
}

function compileBudget(budget: BudgetConfig | undefined): BudgetLimits | null {
  if (budget === undefined || (budget.soft === undefined && budget.hard === undefined)) return null
  return { softNanoUsd: nanoUsd(budget.soft), hardNanoUsd: nanoUsd(budget.hard) }
}

function nanoUsd(dollars: number | undefined): number | null {
  return dollars === undefined ? null : Math.round(dollars * 1e9)
}
