// The list of models, in the wire format of whoever asks: two share a path and are told apart by a header.
import { type Answer, jsonAnswer } from './answer.ts'
import { type Call, plainEndpoint } from './endpoint.ts'
import { modelNotFound } from './error.ts'

/** The models are as old as 2025: a constant, so that lists compare equal. */
const CREATED = 1_735_689_600

const describeModel = (call: Call, id: string) =>
  call.request.headers['anthropic-version'] === undefined
    ? { id, object: 'model', created: CREATED, owned_by: 'weir-sim' }
    : { type: 'model', id, display_name: id, created_at: new Date(CREATED * 1000).toISOString() }

export const listModelsEndpoint = plainEndpoint((call): Answer => {
  const names = Object.keys(call.sim.config.models)
  const data = names.map(name => describeModel(call, name))
  if (call.request.headers['anthropic-version'] === undefined) return jsonAnswer({ object: 'list', data })
  return jsonAnswer({ data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null })
})

export const getModelEndpoint = plainEndpoint(call =>
  Object.hasOwn(call.sim.config.models, call.id)
    ? jsonAnswer(describeModel(call, call.id))
    : modelNotFound(call.wire, call.id),
)

const describeGeminiModel = (call: Call, id: string) => ({
  name: `models/${id}`,
  version: '001',
  displayName: id,
  inputTokenLimit: call.sim.config.models[id]?.context_window,
  supportedGenerationMethods: ['generateContent', 'countTokens'],
})

export const listGeminiModelsEndpoint = plainEndpoint(call =>
  jsonAnswer({ models: Object.keys(call.sim.config.models).map(name => describeGeminiModel(call, name)) }),
)

export const getGeminiModelEndpoint = plainEndpoint(call =>
  Object.hasOwn(call.sim.config.models, call.id)
    ? jsonAnswer(describeGeminiModel(call, call.id))
    : modelNotFound(call.wire, call.id),
)
