// Which requests ask for JSON. Shapes: OpenAI, API reference "Create chat completion" (`response_format`) and "Create
// a model response" (`text.format`); Anthropic, guide "Structured outputs" (`output_config.format`, and
// `output_format` as it was called in the beta).
import { expect, test } from 'vitest'
import { wireFormats } from './registry.ts'
import type { JsonObject } from './wire-format.ts'

const schema = { type: 'object' }

test.each<[string, JsonObject, boolean]>([
  ['chat/completions', { response_format: { type: 'json_object' } }, true],
  [
    'chat/completions',
    { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } },
    true,
  ],
  ['chat/completions', { response_format: { type: 'text' } }, false],
  ['chat/completions', { text: { format: { type: 'json_object' } } }, false],
  ['chat/completions', {}, false],
  ['completions', { response_format: { type: 'json_object' } }, true],
  ['completions', {}, false],
  ['responses', { text: { format: { type: 'json_object' } } }, true],
  ['responses', { text: { format: { type: 'json_schema', name: 'a', schema } } }, true],
  ['responses', { text: { format: { type: 'text' }, verbosity: 'low' } }, false],
  ['responses', { text: 'json_object' }, false],
  ['messages', { output_config: { format: { type: 'json_schema', schema } } }, true],
  ['messages', { output_format: { type: 'json_schema', schema } }, true],
  ['messages', { output_config: { effort: 'low' } }, false],
  // A tool's input is no text of the answer.
  ['messages', { tools: [{ name: 'a' }], tool_choice: { type: 'tool', name: 'a' } }, false],
  ['embeddings', { response_format: { type: 'json_object' } }, false],
])('/v1/%s with %j: %s', (path, body, wanted) => {
  expect(wireFormats.endpoints.get(`/v1/${path}`)?.readRequest(body).wantsJson).toBe(wanted)
})
