// What becomes of each field of a chat request whose target speaks another format.
import { asObject } from '../json.ts'
import type { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'

/** Reports what is lost of a value that asks for something. */
type Treatment = (value: unknown, losses: Losses, path: string, field: string) => void

/** Said in the neutral form, or reported by whoever reads it. */
const read: Treatment = () => undefined

/** Said in the neutral form; of a wrong type it would go missing, and no provider could object. */
const readAs =
  (type: 'string' | 'number' | 'boolean' | 'list'): Treatment =>
  (value, losses, path, field) => {
    if ((Array.isArray(value) ? 'list' : typeof value) !== type) losses.demand(field, path)
  }

/** Has no neutral form, and the answer would be wrong without it, unless it is the default. */
const demand =
  (...defaults: readonly unknown[]): Treatment =>
  (value, losses, path, field) => {
    if (!asksNothing(value) && !defaults.includes(value)) losses.demand(field, path)
  }

/** Has no neutral form, but changes no answer. */
const hint =
  (...defaults: readonly unknown[]): Treatment =>
  (value, losses, path, field) => {
    if (!asksNothing(value) && !defaults.includes(value)) losses.hint(field, path)
  }

const modalities: Treatment = (value, losses, path, field) => {
  if (!Array.isArray(value) || value.some(modality => modality !== 'text')) losses.demand(field, path)
}

/** Other options change how a stream is cut and padded, not what it says. */
const streamOptions: Treatment = (value, losses, path, field) => {
  const options = asObject(value)
  if (options === undefined) return losses.demand(field, path)
  const { include_usage: _, ...others } = options
  if (Object.values(others).some(option => !asksNothing(option))) losses.hint(field, path)
}

/**
 * The fields of OpenAI's API reference, "Create chat completion", and `top_k`, which many compatible services take.
 * A field that is not here is a demand: it asks for something that nobody here knows.
 */
export const FIELD_TREATMENTS = {
  // The gateway replaces it by the target's.
  model: read,
  messages: readAs('list'),
  frequency_penalty: readAs('number'),
  max_completion_tokens: readAs('number'),
  max_tokens: readAs('number'),
  parallel_tool_calls: readAs('boolean'),
  presence_penalty: readAs('number'),
  reasoning_effort: read,
  response_format: read,
  safety_identifier: readAs('string'),
  seed: readAs('number'),
  stop: read,
  stream: readAs('boolean'),
  stream_options: streamOptions,
  temperature: readAs('number'),
  tool_choice: read,
  tools: readAs('list'),
  top_k: readAs('number'),
  top_p: readAs('number'),
  user: readAs('string'),
  // Speed, price and bookkeeping.
  metadata: hint(),
  prediction: hint(),
  prompt_cache_key: hint(),
  prompt_cache_options: hint(),
  prompt_cache_retention: hint(),
  service_tier: hint('auto', 'default'),
  store: hint(),
  // Changes what is answered, or adds to it.
  audio: demand(),
  function_call: demand('auto', 'none'),
  functions: demand(),
  logit_bias: demand(),
  logprobs: demand(),
  modalities,
  moderation: demand(),
  n: demand(1),
  top_logprobs: demand(0),
  verbosity: demand('medium'),
  // Asks for a search though it is empty.
  web_search_options: (_, losses, path, field) => losses.demand(field, path),
} as const satisfies Readonly<Record<string, Treatment>>

/** Fields of messages that say nothing to a model: what others report, which clients send back as they got it. */
const MESSAGE_TREATMENTS = {
  annotations: read,
  content: read,
  id: read,
  parsed: read,
  reasoning: read,
  reasoning_content: read,
  reasoning_details: read,
  refusal: read,
  role: read,
  tool_call_id: read,
  tool_calls: readAs('list'),
  cache_control: read,
  // Tells participants of one role apart.
  name: demand(),
} as const satisfies Readonly<Record<string, Treatment>>

const TOOL_MESSAGE_TREATMENTS = {
  ...MESSAGE_TREATMENTS,
  // Not in OpenAI's API, but sent often: the function, which the call names too.
  name: read,
} as const satisfies Readonly<Record<string, Treatment>>

const PART_TREATMENTS = {
  type: read,
  text: read,
  refusal: read,
  image_url: read,
  file: read,
  annotations: read,
  cache_control: read,
  prompt_cache_breakpoint: hint(),
} as const satisfies Readonly<Record<string, Treatment>>

/** Reports every top-level field of `body` that has no neutral form and asks for something. */
export function reportFields(body: JsonObject, losses: Losses): void {
  report(FIELD_TREATMENTS, body, losses, '')
}

export function reportMessageFields(message: JsonObject, losses: Losses, path: string): void {
  const treatments = message.role === 'tool' ? TOOL_MESSAGE_TREATMENTS : MESSAGE_TREATMENTS
  report(treatments, message, losses, `${path}.`)
}

export function reportPartFields(part: JsonObject, losses: Losses, path: string): void {
  report(PART_TREATMENTS, part, losses, `${path}.`)
}

function report(
  treatments: Readonly<Record<string, Treatment>>,
  holder: JsonObject,
  losses: Losses,
  prefix: string,
): void {
  for (const field of Object.keys(holder)) {
    const value = holder[field]
    if (value === null || value === undefined) continue
    const treatment = (Object.hasOwn(treatments, field) ? treatments[field] : undefined) ?? demand()
    treatment(value, losses, `${prefix}${field}`, field)
  }
}

/** Whether a value is absent in one of the ways JSON has: null, false, an empty text, list or object. */
function asksNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
