// What becomes of each field of a Responses request whose target has no Responses API. Source of the fields: OpenAI,
// API reference, "Create a model response".
import { asArray, asObject } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'

/** Reports what is lost of a value, which is not null. `field` is the name to drop it by, `path` its place. */
type Treatment = (value: unknown, losses: Losses, field: string, path: string) => void
type Treatments = Readonly<Record<string, Treatment>>

/** Said in the neutral form; but of a wrong type it would go missing, and the provider could not object. */
const said =
  (type: 'string' | 'number' | 'boolean'): Treatment =>
  (value, losses, field, path) => {
    if (typeof value !== type) losses.demand(field, path)
  }

const listed: Treatment = (value, losses, field, path) => {
  if (!Array.isArray(value)) losses.demand(field, path)
}

/** Nothing is lost with it, or whoever reads it reports what is. */
const kept: Treatment = () => undefined

/** Cannot be said, and the answer would be wrong without it, unless it is empty or one of `defaults`. */
const demanded =
  (...defaults: readonly unknown[]): Treatment =>
  (value, losses, field, path) => {
    if (!isUnset(value) && !defaults.includes(value)) losses.demand(field, path)
  }

/** Cannot be said, but changes no answer. */
const hinted =
  (...defaults: readonly unknown[]): Treatment =>
  (value, losses, field, path) => {
    if (!isUnset(value) && !defaults.includes(value)) losses.hint(field, path)
  }

function isUnset(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === false || value === ''
  return Object.keys(value).length === 0
}

const lost: Treatment = (_, losses, field, path) => losses.demand(field, path)

function treatmentOf(key: string, treatments: Treatments): Treatment {
  return (Object.hasOwn(treatments, key) ? treatments[key] : undefined) ?? lost
}

/** An object whose keys are treated one by one. */
const each =
  (treatments: Treatments): Treatment =>
  (value, losses, field, path) => {
    const object = asObject(value)
    if (object === undefined) return losses.demand(field, path)
    for (const [key, part] of Object.entries(object)) {
      if (part != null) treatmentOf(key, treatments)(part, losses, field, `${path}.${key}`)
    }
  }

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** `summary` chooses among forms of what is given anyway: the reasoning that a target shows is written as a summary. */
const reasoning = each({
  effort: demanded(...EFFORTS),
  summary: hinted('auto'),
  generate_summary: hinted('auto'),
  context: hinted('auto'),
  mode: demanded('standard'),
})

/** The name of the loss is that of Chat Completions' field, so that one `drop` serves the clients of both. */
const verbosity: Treatment = (value, losses, _, path) => {
  if (value !== 'medium') losses.demand('verbosity', path)
}

/** What the outputs of OpenAI's own tools would add: no such tool is left when a request is translated. */
const OF_OWN_TOOLS: ReadonlySet<unknown> = new Set([
  'file_search_call.results',
  'web_search_call.results',
  'web_search_call.action.sources',
  'computer_call_output.output.image_url',
  'code_interpreter_call.outputs',
])

const include: Treatment = (value, losses, field, path) => {
  listed(value, losses, field, path)
  for (const [index, name] of asArray(value).entries()) {
    // Encrypted reasoning is always written, as OpenAI does by now.
    if (name === 'reasoning.encrypted_content' || OF_OWN_TOOLS.has(name)) continue
    if (name === 'message.input_image.image_url') losses.hint(field, `${path}[${index}]`)
    else losses.demand(field, `${path}[${index}]`)
  }
}

/** Every field there is. A field that is not here is a demand by its own name. */
export const FIELDS = {
  access_programs: demanded(),
  background: demanded(),
  context_management: demanded(),
  conversation: demanded(),
  image: each({ context_compression: hinted('auto') }),
  include,
  input: kept,
  instructions: said('string'),
  max_output_tokens: said('number'),
  // Counts calls of OpenAI's own tools: none of them is left.
  max_tool_calls: hinted(),
  metadata: hinted(),
  model: kept,
  moderation: demanded(),
  parallel_tool_calls: said('boolean'),
  previous_response_id: demanded(),
  prompt: demanded(),
  prompt_cache_key: hinted(),
  prompt_cache_options: hinted(),
  prompt_cache_retention: hinted(),
  reasoning,
  safety_identifier: said('string'),
  service_tier: hinted('auto', 'default'),
  // True when absent, so it asks for nothing. A translated response is not stored, and says `store: false`.
  store: said('boolean'),
  stream: said('boolean'),
  stream_options: each({ include_obfuscation: kept }),
  temperature: said('number'),
  text: each({ format: kept, verbosity }),
  tool_choice: kept,
  tools: listed,
  top_logprobs: demanded(0),
  top_p: said('number'),
  truncation: demanded('disabled'),
  user: said('string'),
} satisfies Treatments

/** Reports every field of a request that a target without a Responses API cannot be told of. */
export function reportFields(body: JsonObject, losses: Losses): void {
  for (const [key, value] of Object.entries(body)) {
    if (value != null) treatmentOf(key, FIELDS)(value, losses, key, key)
  }
}
