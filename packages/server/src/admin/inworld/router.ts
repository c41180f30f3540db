// A router in Inworld's shape, in its canonical form: names in snake_case, and what says nothing is absent. Fields and
// their meaning: "Create router", "Get router" and "Core Concepts" of Inworld's documentation.
import { z } from 'zod'
import { asksNothing } from './silence.ts'

/** A field that Inworld has and Weir cannot do: refused rather than ignored, unless it asks for nothing. */
function unsupported(reason: string) {
  return z
    .unknown()
    .optional()
    .refine(asksNothing, { error: `cannot be expressed in Weir: ${reason}` })
    .meta({ description: `Refused unless it asks for nothing: ${reason}` })
}

const ID_PATTERN = '[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*'

/** What an id of the config is made of, for JSON Schema; an empty one is as good as absent. */
const ID = { pattern: `^(${ID_PATTERN})?$`, maxLength: 128 }

/** Names that a variable in double braces has in a template. */
const PROMPT_VARIABLE = /\{\{\s*[\w.]+\s*\}\}/

const templateTextSchema = z.string().refine(text => !PROMPT_VARIABLE.test(text), {
  error: 'cannot be expressed in Weir: prompt variables such as {{name}} would be sent as they stand',
})

const templateSchema = z
  .strictObject({
    role: z.literal('system', { error: 'cannot be expressed in Weir: only "system" templates can' }),
    content: templateTextSchema.optional(),
    content_items: z.array(z.strictObject({ text: templateTextSchema })).optional(),
    tool_calls: unsupported('a system prompt has no tool calls'),
    tool_call_id: unsupported('a system prompt answers no tool call'),
  })
  .refine(({ content, content_items }) => content === undefined || (content_items ?? []).length === 0, {
    error: 'has both content and content_items; send one of them',
  })
  .transform(({ role, content, content_items }) => ({
    role,
    content: content ?? (content_items ?? []).map(item => item.text).join(''),
  }))
  .meta({ id: 'InworldSentTemplate' })

const templatesSchema = z
  .array(templateSchema)
  .max(1, { error: 'cannot be expressed in Weir: at most one system template, so join them' })

const logitBiasSchema = z
  .array(
    z.strictObject({
      token_id: z.string().regex(/^\d{1,10}$/, { error: "must be the number of a token, such as '50256'" }),
      bias_value: z.number().min(-100).max(100),
    }),
  )
  .refine(list => new Set(list.map(each => each.token_id)).size === list.length, {
    error: 'names a token twice',
  })
  .transform(sortBiases)

/** In the order in which JSON objects keep numbers, so that reading back gives the same list. */
export function sortBiases(biases: readonly TokenBias[]): TokenBias[] {
  return biases.toSorted((a, b) => Number(a.token_id) - Number(b.token_id))
}

export interface TokenBias {
  readonly token_id: string
  readonly bias_value: number
}

const PROVIDERS = "Refused where the provider's format has no field for it, such as OpenAI's"

const reasoningSchema = z.strictObject({
  effort: z
    .enum(['unspecified', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
    .optional()
    .transform(effort => (effort === 'unspecified' ? undefined : effort)),
  max_tokens: z.int().min(1).optional().meta({ description: PROVIDERS }),
  exclude: z
    .boolean()
    .optional()
    .transform(exclude => exclude || undefined)
    .meta({ description: PROVIDERS }),
})

const generationSchema = z
  .strictObject({
    max_tokens: z.int().min(1).optional(),
    /** The name in older examples ("Prompt Variables"). */
    max_new_tokens: z.int().min(1).optional().meta({ description: 'The older name of max_tokens' }),
    top_p: z.number().min(0).max(1).optional(),
    temperature: z.number().min(0).max(2).optional(),
    repetition_penalty: z.number().min(0).max(2).optional(),
    frequency_penalty: z.number().min(-2).max(2).optional(),
    presence_penalty: z.number().min(-2).max(2).optional(),
    stop_sequences: z.array(z.string().min(1)).optional(),
    seed: z.int().optional(),
    logit_bias: logitBiasSchema.optional(),
    reasoning: reasoningSchema.optional(),
  })
  .refine(({ max_tokens, max_new_tokens }) => max_tokens === undefined || max_new_tokens === undefined, {
    path: ['max_new_tokens'],
    error: 'is the older name of max_tokens; send one of them',
  })
  .transform(({ max_new_tokens, ...config }) => ({
    ...config,
    ...(max_new_tokens === undefined ? {} : { max_tokens: max_new_tokens }),
  }))
  .meta({ id: 'InworldSentGenerationConfig' })

const variantSchema = z.strictObject({
  variant: z.strictObject({
    variant_id: z
      .string()
      .optional()
      .meta({ description: "Default: the model's name", ...ID }),
    model_id: z
      .string({ error: 'is missing; it must be written `provider/model`' })
      .meta({ description: '`provider/model`' }),
    model_selection: unsupported('name one model in model_id'),
    text_generation_config: generationSchema.optional(),
    message_templates: templatesSchema.optional(),
    web_search: unsupported('it has no search of its own'),
  }),
  weight: z
    .int({ error: 'must be a whole number from 0 to 100' })
    .min(0, { error: 'must not be negative' })
    .max(100, { error: 'must be at most 100' })
    .default(0)
    .meta({ description: 'Percent; in each route they sum to exactly 100' }),
})

const routeSchema = z
  .strictObject({
    route_id: z
      .string()
      .optional()
      .meta({ description: 'Default: `route-1` and so on, and `default`', ...ID }),
    variants: z
      .array(variantSchema, { error: 'is missing; a route needs at least one variant' })
      .min(1, { error: 'is empty; a route needs at least one variant' })
      .max(100),
  })
  .meta({ id: 'InworldSentRoute' })

const conditionSchema = z.strictObject({
  cel_expression: z
    .string({ error: 'is missing; only defaultRoute goes without a condition' })
    .min(1, { error: 'is empty; only defaultRoute goes without a condition' })
    .meta({
      description: 'Over the keys of the metadata; the first route that holds is taken',
      examples: ['tier == "premium"', 'user_tier in ["gold", "platinum"]'],
    }),
})

/** What a client sends, once its names are normalised. */
export const routerSchema = z.strictObject({
  name: z
    .string()
    .optional()
    .meta({ description: '`routers/<id>`', pattern: `^(routers/)?${ID_PATTERN}$`, maxLength: 136 }),
  display_name: z
    .string()
    .max(1000)
    .optional()
    .meta({ description: 'For people; the id is made of it where none is given' }),
  defaults: z
    .strictObject({
      message_templates: templatesSchema.optional(),
      text_generation_config: generationSchema.optional(),
      optimize_prompt: unsupported('it leaves prompts as they are'),
    })
    .optional()
    .meta({ description: 'Of variants that do not say it themselves' }),
  routes: z
    .array(z.strictObject({ route: routeSchema, condition: conditionSchema }))
    .max(200)
    .optional(),
  default_route: routeSchema.optional().meta({ description: 'Taken when no route holds' }),
})

export type SentRouter = z.infer<typeof routerSchema>
export type SentRoute = z.infer<typeof routeSchema>

/** `text_generation_config`. Every field is absent unless it asks for something. */
export interface GenerationConfig extends Readonly<Omit<z.infer<typeof generationSchema>, 'reasoning'>> {
  readonly reasoning?: Reasoning | undefined
}

/** How much a model is to think, and whether that is shown. */
export type Reasoning = Readonly<Partial<z.infer<typeof reasoningSchema>>>

export interface MessageTemplate {
  readonly role: 'system'
  readonly content: string
}

export interface InworldRouter {
  readonly display_name?: string
  readonly defaults?: Inherited
  readonly routes: readonly ConditionalRoute[]
  readonly default_route?: InworldRoute
}

/** What a variant may say itself or have from the router's `defaults`. */
export interface Inherited {
  readonly message_templates?: readonly MessageTemplate[] | undefined
  readonly text_generation_config?: GenerationConfig | undefined
}

export interface ConditionalRoute {
  readonly route: InworldRoute
  readonly condition: { readonly cel_expression: string }
}

export interface InworldRoute {
  readonly route_id: string
  readonly variants: readonly WeightedVariant[]
}

export interface WeightedVariant {
  readonly variant: InworldVariant
  /** Percent of the route. */
  readonly weight: number
}

export interface InworldVariant extends Inherited {
  readonly variant_id: string
  readonly model_id: string
}
