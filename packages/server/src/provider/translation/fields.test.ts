// Nothing is dropped silently: whatever a request asks for changes the body that is written, or is reported as lost.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asArray, asObject } from '../json.ts'
import type { JsonObject, WireFormat } from '../wire-format.ts'
import { commonPrompt } from './fixtures/common-prompt.ts'
import { NESTED_FIELDS } from './fixtures/nested-fields.ts'
import { type Client, pairs, requestOf, sent, traits } from './fixtures/pairs.ts'
import { REQUEST_FIELDS } from './fixtures/request-fields.ts'
import { REQUEST_PARTS } from './fixtures/request-parts.ts'
import { Losses } from './loss.ts'

/** Fields that show neither in the body nor as a loss, and why that is right. */
const SILENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  chat: { model: 'the target’s is written' },
  messages: { model: 'the target’s is written' },
  responses: {
    model: 'the target’s is written',
    store: 'a translated response is never stored, which its answer says',
    stream_options: 'the only option pads a stream, which a translated one is not',
  },
}

/** All that a request comes to: what is written, and what is reported of it. */
function translate(client: Client, format: WireFormat, request: JsonObject) {
  const losses = new Losses()
  const { prompt } = client.dialect.read(sent(request), losses)
  const { body } = format.provider.write(prompt, traits, losses)
  return { body: sent(body), losses: losses.list.map(({ field, weight }) => `${weight} ${field}`) }
}

describe.each(pairs)('of a request of %s to a provider of %s', (name, _, client, format) => {
  const { base, fields } = REQUEST_FIELDS[name] ?? { base: {}, fields: {} }
  const without = translate(client, format, base)

  test('the base loses nothing', () => {
    expect(without.losses).toEqual([])
    expect(Object.keys(fields).length).toBeGreaterThan(0)
  })

  test.each(Object.keys(fields))('the field %s shows', field => {
    const request = { ...base, [field]: fields[field] }
    const shows = JSON.stringify(translate(client, format, request)) !== JSON.stringify(without)
    expect(shows).toBe(SILENT[name]?.[field] === undefined)
  })

  test.each(Object.keys(fields).filter(field => field !== 'model'))(
    'the field %s of a wrong type shows',
    field => {
      const request = { ...base, [field]: typeof fields[field] === 'number' ? 'seven' : 7 }
      expect(translate(client, format, request)).not.toEqual(without)
    },
  )

  test('a field that nobody knows is a demand by its name', () => {
    expect(translate(client, format, { ...base, brand_new: 1 })).toEqual({
      ...without,
      losses: ['demand brand_new'],
    })
  })

  test.each(REQUEST_PARTS[name] ?? [])('what is said as %s shows', (_part, change) => {
    const plain = translate(client, format, { ...base, ...withoutLast(change) })
    expect(translate(client, format, { ...base, ...change })).not.toEqual(plain)
  })

  test.each(NESTED_FIELDS[name] ?? [])('%s shows', (_field, before, after) => {
    const plain = translate(client, format, { ...base, ...before })
    expect(translate(client, format, { ...base, ...after })).not.toEqual(plain)
  })
})

/** Places whose values mean nothing to a model, or are said by another value too. */
const MEANINGLESS = new RegExp(
  `^(${[
    'model',
    String.raw`stream_options\.include_usage`,
    String.raw`input\.\d+\.(status|type)`,
    String.raw`(response_format\.json_schema|text\.format)\.name`,
    String.raw`.*\.(annotations|filename|title)`,
    String.raw`.*\.tool_calls\.\d+\.type`,
  ].join('|')})$`,
)

const MARK = 987_654_321
const MARKS: readonly unknown[] = [MARK, String(MARK), [String(MARK)], { [MARK]: 1 }]

describe.each(pairs)('of a request of %s to a provider of %s', (name, _, client, format) => {
  const requests = commonPrompt.map(prompt =>
    requestOf(client, name === 'responses' ? { ...prompt, stop: [] } : prompt),
  )

  test('a value that is replaced, whatever by, is written or reported', () => {
    fc.assert(
      fc.property(requests, fc.nat(), fc.constantFrom(...MARKS), (request, at, mark) => {
        const places = placesIn(request).filter(place => !MEANINGLESS.test(place.join('.')))
        const place = places[at % places.length] ?? []
        const { body, losses } = translate(client, format, replaced(request, place, mark))
        const isWritten = JSON.stringify(body).includes(String(MARK))
        expect([place.join('.'), isWritten || losses.length > 0]).toEqual([place.join('.'), true])
      }),
      { numRuns: 500 },
    )
  })
})

/** The ways to every value inside `value`. */
function placesIn(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...placesIn(inner).map(place => [key, ...place]),
  ])
}

function replaced<T>(value: T, [key, ...place]: readonly string[], mark: unknown): T {
  if (key === undefined) return mark as T
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as JsonObject
  copy[key] = replaced(copy[key], place, mark)
  return copy as T
}

/** The change without the last entry of its list, or of the last message's content. */
function withoutLast(change: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(change).map(([field, list]) => [field, shortened(asArray(list))]))
}

function shortened(list: readonly unknown[]): readonly unknown[] {
  const last = asObject(list.at(-1))
  const content = asArray(last?.content)
  const rest = content.length > 1 ? [{ ...last, content: content.slice(0, -1) }] : []
  return [...list.slice(0, -1), ...rest]
}
