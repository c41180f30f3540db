// A call whose target speaks another format than the client.
import type { ActiveVariant } from '@weir/core/routing'
import type { ClientDialect, TargetTraits } from '../provider/translation/dialect.ts'
import { type Loss, Losses } from '../provider/translation/loss.ts'
import type { Prompt, TextPart } from '../provider/translation/prompt.ts'
import { translate } from '../provider/translation/translate.ts'
import type { AnswerFacts, JsonObject } from '../provider/wire-format.ts'
import { translatedReading } from './answer-reading.ts'
import { type Failure, failure } from './failure.ts'
import { prepareVariant } from './prepared-variant.ts'
import type { Upstream, WireUpstream } from './targets.ts'
import type { Call, Outgoing } from './upstream-call.ts'
import { foreignHeaders } from './upstream-request.ts'

/** Translates the request; a Failure that names the field when the target cannot be told all it asks for. */
export function prepareTranslated(
  call: Call,
  dialect: ClientDialect,
  variant: ActiveVariant,
  upstream: WireUpstream,
  facts: AnswerFacts,
): Outgoing | Failure {
  const { exchange, endpoint } = call
  const format = exchange.gateway.formats.byName[upstream.format]
  const losses = new Losses()
  const client = dialect.read(call.body.json, losses)
  const prompt = adjustPrompt(client.prompt, call, variant, upstream)
  const translation = translate(client, prompt, format.provider, traitsOf(variant, upstream), losses)
  const [lost] = losses.undropped(variant.settings?.drop ?? [])
  if (lost !== undefined) return notTranslatable(lost, variant, `the ${format.name} format`)
  const prepared = prepareVariant(upstream, variant)
  return {
    kind: 'outgoing',
    path: upstream.prefix + format.provider.path,
    headers: foreignHeaders(exchange, endpoint.format, [
      'content-type',
      'application/json',
      ...format.provider.headers.flat(),
      ...prepared.headers,
    ]),
    body: JSON.stringify(setParameters(translation.body, prepared.parameters)),
    reading: translatedReading(translation, echoOf(call, variant), facts),
    dropped: losses.fields,
  }
}

export function notTranslatable(lost: Loss, variant: ActiveVariant, format: string): Failure {
  const where = lost.path === lost.field ? '' : ` (at ${lost.path})`
  const message =
    `${variant.target.id} speaks ${format}, which cannot express \`${lost.field}\`${where}; ` +
    `leave it out, or let the variant drop it with \`drop: [${lost.field}]\``
  return { ...failure('not_translatable', message, lost.field), param: lost.path }
}

export function echoOf(call: Call, variant: ActiveVariant) {
  const { requestId, at } = call.exchange
  return { id: requestId, model: variant.target.model, now: Math.floor(at / 1000) }
}

export function traitsOf(variant: ActiveVariant, upstream: Upstream): TargetTraits {
  const { model, capabilities } = variant.target
  const { max_tokens_field, reasoning_field, stream_usage } = upstream.provider
  return {
    model,
    outputLimit: capabilities.output,
    reasoning: capabilities.reasoning,
    json: capabilities.json,
    maxTokensField: max_tokens_field,
    reasoningField: reasoning_field,
    streamUsage: stream_usage,
  }
}

/** The client's prompt with what the variant and the provider's privacy change. */
export function adjustPrompt(prompt: Prompt, call: Call, variant: ActiveVariant, upstream: Upstream): Prompt {
  return { ...withSystemPrompt(prompt, variant), user: userFor(prompt, call, upstream) }
}

function withSystemPrompt(prompt: Prompt, variant: ActiveVariant): Prompt {
  const own = variant.settings?.systemPrompt
  if (own == null) return prompt
  const text = (words: string): TextPart => ({ kind: 'text', text: words })
  if (own.prepend !== undefined) return { ...prompt, system: [text(own.prepend), ...prompt.system] }
  if (own.replace === undefined) return prompt
  const turns = prompt.turns.filter(turn => turn.role !== 'instruction')
  return { ...prompt, system: [text(own.replace)], turns }
}

function userFor(prompt: Prompt, call: Call, upstream: Upstream): string | undefined {
  const { user } = prompt
  const { user: policy } = upstream.provider
  if (user === undefined || policy === 'forward') return user
  return policy === 'drop' ? undefined : call.exchange.gateway.identity.unit('user', user)
}

/** The two names of one limit exclude each other: the variant's wins. */
const SAME_LIMIT: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
}

/** The variant's parameters are fields of the provider's body, whatever the client speaks. */
function setParameters(body: JsonObject, parameters: JsonObject): JsonObject {
  for (const name of Object.keys(parameters)) {
    const other = SAME_LIMIT[name]
    if (other !== undefined) delete body[other]
  }
  return Object.assign(body, parameters)
}
