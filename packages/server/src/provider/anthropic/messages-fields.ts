// What becomes of each top-level field of a messages request that goes to a target of another format.
import { asObject } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'

/**
 * `read` has a neutral form, as have the types named, of which a value has to be: of another it would go missing, and no
 * provider could object. `hint` and `demand` have none, and are reported as such.
 */
type Treatment = 'read' | keyof typeof TYPES | 'hint' | 'demand'

const TYPES = {
  boolean: (value: unknown) => typeof value === 'boolean',
  number: (value: unknown) => typeof value === 'number',
  list: (value: unknown) => Array.isArray(value),
  'text or list': (value: unknown) => typeof value === 'string' || Array.isArray(value),
  object: (value: unknown) => asObject(value) !== undefined,
} as const

/**
 * The fields of Anthropic's API reference, "Create a Message"; the sampling parameters are those that models before
 * Claude Opus 4.7 take. A field that is not here is a demand: it asks for something that nobody here knows.
 */
export const FIELD_TREATMENTS = {
  // The gateway replaces it by the target's.
  model: 'read',
  messages: 'list',
  system: 'text or list',
  max_tokens: 'number',
  metadata: 'object',
  output_config: 'object',
  stop_sequences: 'list',
  stream: 'boolean',
  temperature: 'number',
  thinking: 'object',
  tool_choice: 'object',
  tools: 'list',
  top_k: 'number',
  top_p: 'number',
  // Speed, price and bookkeeping.
  cache_control: 'hint',
  diagnostics: 'hint',
  service_tier: 'hint',
  speed: 'hint',
  user_profile_id: 'hint',
  workspace_id: 'hint',
  // State that only Anthropic holds, tools that only it runs, and where it may run.
  container: 'demand',
  context_management: 'demand',
  inference_geo: 'demand',
  mcp_servers: 'demand',
} as const satisfies Readonly<Record<string, Treatment>>

const TREATMENTS: ReadonlyMap<string, Treatment> = new Map(Object.entries(FIELD_TREATMENTS))

/** Values that ask for what happens without the field. */
const DEFAULTS: ReadonlyMap<string, unknown> = new Map([
  ['service_tier', 'auto'],
  ['speed', 'standard'],
])

/** Reports every field of `body` that has no neutral form and asks for something. */
export function reportFields(body: JsonObject, losses: Losses): void {
  for (const [field, value] of Object.entries(body)) {
    const treatment = TREATMENTS.get(field) ?? 'demand'
    if (treatment === 'hint' || treatment === 'demand') reportUnread(field, value, treatment, losses)
    else if (treatment !== 'read' && value != null && !TYPES[treatment](value)) losses.demand(field)
  }
}

function reportUnread(field: string, value: unknown, weight: 'hint' | 'demand', losses: Losses): void {
  if (!asksNothing(value) && value !== DEFAULTS.get(field)) losses[weight](field)
}

/** Whether a value is absent in one of the ways JSON has: null, false, an empty list or object. */
export function asksNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
