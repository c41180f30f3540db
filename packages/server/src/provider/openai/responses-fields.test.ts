import type { ResponseCreateParamsBase } from 'openai/resources/responses/responses'
import { expect, expectTypeOf, test } from 'vitest'
import { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'
import { type FIELDS, reportFields } from './responses-fields.ts'

// Fields and defaults: OpenAI, API reference, "Create a model response".

function lossesOf(body: JsonObject) {
  const losses = new Losses()
  reportFields(body, losses)
  return losses.list
}

test('every field of the SDK has a treatment, and no other has', () => {
  expectTypeOf<keyof typeof FIELDS>().toEqualTypeOf<keyof ResponseCreateParamsBase>()
})

test.each<[string, unknown]>([
  ['access_programs', { cyber: 'standard' }],
  ['background', true],
  ['context_management', [{ type: 'compaction', compact_threshold: 200000 }]],
  ['conversation', 'conv_1'],
  ['conversation', { id: 'conv_1' }],
  ['moderation', { model: 'omni-moderation-latest' }],
  ['previous_response_id', 'resp_1'],
  ['prompt', { id: 'pmpt_1', variables: { city: 'Paris' } }],
  ['top_logprobs', 3],
  ['truncation', 'auto'],
  ['temperature', 'hot'],
  ['max_output_tokens', '100'],
  ['stream', 'yes'],
  ['user', 7],
  ['tools', { type: 'function', name: 'f' }],
  ['include', 'reasoning.encrypted_content'],
  ['seed', 1],
  ['constructor', 'x'],
])('%s of %j is a demand', (field, value) => {
  expect(lossesOf({ [field]: value })).toEqual([{ field, path: field, weight: 'demand' }])
})

test.each<[string, unknown]>([
  ['max_tool_calls', 3],
  ['metadata', { team: 'a' }],
  ['prompt_cache_key', 'k'],
  ['prompt_cache_options', { mode: 'explicit' }],
  ['prompt_cache_retention', '24h'],
  ['service_tier', 'flex'],
])('%s of %j is a hint', (field, value) => {
  expect(lossesOf({ [field]: value })).toEqual([{ field, path: field, weight: 'hint' }])
})

test.each<[JsonObject, string, string, string]>([
  [{ reasoning: { effort: 'utmost' } }, 'demand', 'reasoning', 'reasoning.effort'],
  [{ reasoning: { mode: 'pro' } }, 'demand', 'reasoning', 'reasoning.mode'],
  [{ reasoning: { depth: 3 } }, 'demand', 'reasoning', 'reasoning.depth'],
  [{ reasoning: 'high' }, 'demand', 'reasoning', 'reasoning'],
  [{ reasoning: { summary: 'detailed' } }, 'hint', 'reasoning', 'reasoning.summary'],
  [{ reasoning: { context: 'all_turns' } }, 'hint', 'reasoning', 'reasoning.context'],
  [{ image: { context_compression: 'enabled' } }, 'hint', 'image', 'image.context_compression'],
  [{ text: { verbosity: 'low' } }, 'demand', 'verbosity', 'text.verbosity'],
  [{ text: { tone: 'kind' } }, 'demand', 'text', 'text.tone'],
  [{ stream_options: { include_usage: true } }, 'demand', 'stream_options', 'stream_options.include_usage'],
  [{ include: ['message.output_text.logprobs'] }, 'demand', 'include', 'include[0]'],
  [
    { include: ['reasoning.encrypted_content', 'message.input_image.image_url'] },
    'hint',
    'include',
    'include[1]',
  ],
  [{ include: ['something.new'] }, 'demand', 'include', 'include[0]'],
])('of %j the %s %s is found at %s', (body, weight, field, path) => {
  expect(lossesOf(body)).toEqual([{ field, path, weight }])
})

test('defaults, and what the translation says, lose nothing', () => {
  const body = {
    access_programs: null,
    background: false,
    context_management: [],
    conversation: null,
    image: { context_compression: 'auto' },
    include: ['reasoning.encrypted_content', 'file_search_call.results'],
    instructions: 'Be brief.',
    max_output_tokens: 100,
    max_tool_calls: null,
    metadata: {},
    model: 'gpt-5.4',
    moderation: null,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: 'low', summary: 'auto', context: 'auto', mode: 'standard', generate_summary: null },
    safety_identifier: 'u1',
    service_tier: 'auto',
    store: true,
    stream: false,
    stream_options: { include_obfuscation: false },
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    user: '',
  }
  expect(lossesOf(body)).toEqual([])
  expect(lossesOf({ ...body, store: false, service_tier: 'default', include: null })).toEqual([])
})
