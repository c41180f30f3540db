// What becomes of each top-level field of a messages request that goes to a target of another format.
import type { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'

/** `read` has a neutral form; `hint` and `demand` have none, and are reported as such. */
type Treatment = 'read' | 'hint' | 'demand'

/**
 * The fields of Anthropic's API reference, "Create a Message"; the sampling parameters are those that models before
 * Claude Opus 4.7 take. A field that is not here is a demand: it asks for something that nobody here knows.
 */
export const FIELD_TREATMENTS = {
  // The gateway replaces it by the target's.
  model: 'read',
  messages: 'read',
  system: 'read',
  max_tokens: 'read',
  metadata: 'read',
  output_config: 'read',
  stop_sequences: 'read',
  stream: 'read',
  temperature: 'read',
  thinking: 'read',
  tool_choice: 'read',
  tools: 'read',
  top_k: 'read',
  top_p: 'read',
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
    if (treatment === 'read' || asksNothing(value) || value === DEFAULTS.get(field)) continue
    losses[treatment](field)
  }
}

/** Whether a value is absent in one of the ways JSON has: null, false, an empty list or object. */
export function asksNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
