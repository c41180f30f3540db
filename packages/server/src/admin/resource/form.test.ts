import { expect, test } from 'vitest'
import { withForms } from './form.ts'
import { patchBody } from './written.ts'

const text = { type: 'string' }
const schema = {
  type: 'object',
  properties: { kind: { ...text, description: 'Which' }, names: { type: 'array', items: text }, url: text },
  additionalProperties: false,
  oneOf: [
    { title: 'near', properties: { kind: { const: 'near' }, url: false }, required: ['kind'] },
    { properties: { names: { items: { enum: ['a'] } } }, required: ['url'] },
  ],
}

test('each form is an object of its own, with the fields of all that it does not rule out', () => {
  const { oneOf, ...shared } = withForms(schema)
  expect(shared).toEqual({ ...schema, oneOf: undefined })
  expect(oneOf).toEqual([
    {
      title: 'near',
      type: 'object',
      properties: { kind: { ...text, description: 'Which', const: 'near' }, names: schema.properties.names },
      required: ['kind'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: {
        kind: schema.properties.kind,
        names: { type: 'array', items: { ...text, enum: ['a'] } },
        url: text,
      },
      required: ['url'],
      additionalProperties: false,
    },
  ])
})

test('forms are written out however deep they are', () => {
  const outer = withForms({ type: 'array', items: schema }) as { items: { oneOf: { type?: string }[] } }
  expect(outer.items.oneOf.map(({ type }) => type)).toEqual(['object', 'object'])
})

test('a patch takes parts of an object, whatever its form, and null for what a map has', () => {
  const map = { type: 'object', additionalProperties: text }
  const entry = {
    properties: { part: { ...schema, required: ['kind'] }, map, choice: { anyOf: [schema, text] } },
    required: [],
  }
  const { properties } = patchBody(entry, 'PatchOfForms').meta() as unknown as {
    properties: Record<string, { anyOf: readonly unknown[] }>
  }
  const part = { type: 'object', properties: expect.any(Object), additionalProperties: false }
  expect(properties.part?.anyOf).toEqual([part, { type: 'null' }])
  expect(properties.map?.anyOf[0]).toEqual({
    type: 'object',
    additionalProperties: { anyOf: [text, { type: 'null' }] },
  })
  expect(properties.choice?.anyOf[0]).toEqual({ anyOf: [part, text] })
})
