import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exampleOf, jsonText } from './json-schema.ts'
import { randomFrom } from './random.ts'

const schemas = {
  weather: z.strictObject({ city: z.string(), unit: z.enum(['C', 'F']), days: z.int().min(1).max(7) }),
  nested: z.strictObject({
    rows: z.array(z.strictObject({ id: z.int(), tags: z.array(z.string()).min(2), ok: z.boolean() })),
    at: z.iso.datetime(),
    price: z.number().gt(0).lt(1000),
    note: z.string().min(12).max(20).nullable(),
  }),
  choice: z.union([
    z.strictObject({ kind: z.literal('a'), a: z.string() }),
    z.strictObject({ kind: z.literal('b'), b: z.number() }),
  ]),
  both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
  tuple: z.tuple([z.string(), z.boolean()]),
  email: z.strictObject({ email: z.email(), id: z.uuid(), link: z.url() }),
}

describe('exampleOf', () => {
  it.each(Object.entries(schemas))('fits the schema of %s whatever the seed', (_, schema) => {
    const json = z.toJSONSchema(schema)
    fc.assert(
      fc.property(fc.nat(), seed => {
        const value = exampleOf(json, randomFrom(`${seed}`))
        expect(schema.safeParse(value)).toMatchObject({ success: true })
      }),
    )
  })

  it('ends for a schema that holds itself', () => {
    type Tree = { label: string; children: Tree[] }
    const tree: z.ZodType<Tree> = z.strictObject({
      label: z.string(),
      get children() {
        return z.array(tree)
      },
    })
    expect(tree.safeParse(exampleOf(z.toJSONSchema(tree), randomFrom('tree'))).success).toBe(true)
  })

  it('makes a string of a schema that says nothing', () => {
    expect(typeof exampleOf({}, randomFrom('any'))).toBe('string')
  })
})

describe('jsonText', () => {
  it('is the same JSON, with spaces between its parts and strings untouched', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const text = jsonText(value)
        expect(text).not.toContain('\n')
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
