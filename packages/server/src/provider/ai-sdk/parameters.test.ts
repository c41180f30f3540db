import { expect, test } from 'vitest'
import { Losses } from '../translation/loss.ts'
import type { Prompt } from '../translation/prompt.ts'
import { LEAST_PROMPT } from './fixtures/drive.ts'
import { applyParameters } from './parameters.ts'

const PROMPT: Prompt = {
  ...LEAST_PROMPT,
  sampling: { temperature: 1, seed: 3 },
  stop: ['A'],
  maxTokens: 10,
  reasoning: { mode: 'budget', budget: 2000 },
  calls: 'many',
  format: { kind: 'json' },
}

test.each<readonly [string, unknown, Partial<Prompt>]>([
  ['temperature', 0, { sampling: { temperature: 0, seed: 3 } }],
  ['temperature', null, { sampling: { seed: 3 } }],
  ['top_k', 5, { sampling: { temperature: 1, seed: 3, topK: 5 } }],
  ['max_tokens', 99, { maxTokens: 99 }],
  ['max_completion_tokens', 99, { maxTokens: 99 }],
  ['max_tokens', null, { maxTokens: undefined }],
  ['stop', 'B', { stop: ['B'] }],
  ['stop', ['B', 'C'], { stop: ['B', 'C'] }],
  ['stop', null, { stop: [] }],
  ['reasoning_effort', 'low', { reasoning: { effort: 'low' } }],
  ['reasoning_effort', null, { reasoning: undefined }],
  ['parallel_tool_calls', false, { calls: 'one' }],
  ['parallel_tool_calls', null, { calls: undefined }],
  ['response_format', { type: 'text' }, { format: undefined }],
  ['response_format', { type: 'json_object' }, { format: { kind: 'json' } }],
  [
    'response_format',
    { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } },
    { format: { kind: 'schema', name: 'n', schema: { type: 'object' }, strict: true } },
  ],
])('%s: %j wins over the prompt', (name, value, changed) => {
  const losses = new Losses()
  const { prompt, options } = applyParameters(PROMPT, { [name]: value }, losses)
  expect(prompt).toEqual({ ...PROMPT, ...changed })
  expect({ options, lost: losses.fields }).toEqual({ options: {}, lost: [] })
})

test.each<readonly [string, unknown]>([
  ['temperature', 'hot'],
  ['max_tokens', '9'],
  ['stop', [1]],
  ['stop', 5],
  ['reasoning_effort', 'extreme'],
  ['parallel_tool_calls', 'no'],
  ['response_format', { type: 'json_schema' }],
  ['response_format', 'json'],
  ['provider_options', 'all'],
  ['logit_bias', { 5: 1 }],
  ['constructor', 1],
])('%s: %j is a demand that cannot be met', (name, value) => {
  const losses = new Losses()
  const { prompt } = applyParameters(PROMPT, { [name]: value }, losses)
  expect(prompt).toEqual(PROMPT)
  expect(losses.list).toEqual([{ field: name, path: name, weight: 'demand' }])
})

test('provider_options go on as they are', () => {
  const given = { google: { safetySettings: [] } }
  expect(applyParameters(PROMPT, { provider_options: given }, new Losses())).toEqual({
    prompt: PROMPT,
    options: given,
  })
})
