import { expect, test } from 'vitest'
import { z } from 'zod'
import { spelledSchema } from './spelled-schema.ts'

test('names are in every spelling, the documented one first, and are sent in one', () => {
  const part = z.strictObject({ model_id: z.string(), weight: z.int() }).meta({ id: 'SpelledPart' })
  expect(spelledSchema(z.object({ default_route: part.optional(), name: z.string() }))).toEqual({
    type: 'object',
    properties: {
      defaultRoute: { $ref: '#/$defs/SpelledPart' },
      default_route: { $ref: '#/$defs/SpelledPart', description: 'The same as `defaultRoute`' },
      name: { type: 'string' },
    },
    required: ['name'],
    allOf: [{ not: { required: ['defaultRoute', 'default_route'] } }],
    $defs: {
      SpelledPart: {
        type: 'object',
        additionalProperties: false,
        properties: {
          model_id: { type: 'string' },
          modelId: { type: 'string', description: 'The same as `model_id`' },
          weight: expect.objectContaining({ type: 'integer' }),
        },
        required: ['weight'],
        allOf: [{ oneOf: [{ required: ['model_id'] }, { required: ['modelId'] }] }],
      },
    },
  })
})
