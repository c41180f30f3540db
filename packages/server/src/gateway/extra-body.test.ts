import { describe, expect, test } from 'vitest'
import { wireFormats } from '../provider/registry.ts'
import type { Endpoint, JsonObject } from '../provider/wire-format.ts'
import { readRequest } from './extra-body.ts'
import { parseBody } from './read.ts'

const endpointAt = (path: string) => wireFormats.endpoints.get(path) as Endpoint

function read(text: string, path = '/v1/chat/completions') {
  const body = parseBody(Buffer.from(text))
  if (body.kind === 'refusal') throw new Error(body.message)
  return readRequest(endpointAt(path), body)
}

const written = (more: JsonObject) => JSON.stringify({ model: 'm', messages: [], ...more })

describe('a literal extra_body', () => {
  test.each([...wireFormats.endpoints.keys()])('%s: its metadata are the request’s', path => {
    const { facts, body } = read(written({ extra_body: { metadata: { tier: 'premium' } } }), path)
    expect(facts.metadata).toEqual({ tier: 'premium' })
    expect(body.json).toEqual({ model: 'm', messages: [] })
    expect(JSON.parse(body.text)).toEqual(body.json)
  })

  test('its metadata win over those beside it, which go to the provider as before', () => {
    const { facts, body } = read(
      written({ metadata: { a: '1', b: '1' }, extra_body: { metadata: { b: '2' } } }),
    )
    expect(facts.metadata).toEqual({ a: '1', b: '2' })
    expect(JSON.parse(body.text)).toEqual({ model: 'm', messages: [], metadata: { a: '1', b: '1' } })
  })

  test('what else it holds stays, byte by byte', () => {
    const text =
      '{"model": "m", "extra_body": {"metadata": {"a": 1}, "google": {"n": 1.0}}, "big": 12345678901234567890}'
    expect(read(text).body.text).toBe(
      '{"model": "m", "extra_body": {"google": {"n": 1.0}}, "big": 12345678901234567890}',
    )
    expect(read(text).body.json.extra_body).toEqual({ google: { n: 1 } })
  })

  test.each<[string, JsonObject]>([
    ['none', {}],
    ['one without metadata', { extra_body: { google: {} } }],
    ['one whose metadata are no object', { extra_body: { metadata: 'x' } }],
    ['one that is no object', { extra_body: [{ metadata: {} }] }],
    ['one that is null', { extra_body: null }],
  ])('%s changes nothing', (_, more) => {
    const text = written(more)
    const { facts, body } = read(text)
    expect(body.text).toBe(text)
    expect(facts.metadata).toBeUndefined()
  })

  test('a conversation it names is one that sticks', () => {
    const { facts } = read(written({ extra_body: { metadata: { conversation_id: 'c1' } } }))
    expect(facts.conversationId).toBe('c1')
  })
})
