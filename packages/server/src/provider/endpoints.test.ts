import { ENDPOINTS, TRANSLATED_ENDPOINTS, TRANSLATION_ENDPOINT } from '@weir/core/config'
import { expect, test } from 'vitest'
import { wireFormats } from './registry.ts'

// core/config tells which endpoints a key's routing splits without asking the wire formats; they must agree.

const endpoints = [...wireFormats.endpoints.values()]

test('the endpoints that are said to be translated are those that clients’ dialects exist for', () => {
  const translated = endpoints.filter(endpoint => endpoint.client !== null).map(endpoint => endpoint.name)
  expect(translated.toSorted()).toEqual(TRANSLATED_ENDPOINTS.toSorted())
})

test.each(['openai', 'anthropic'] as const)('translations reach %s by the endpoint that is said', format => {
  expect(wireFormats.byName[format].provider.endpoint).toBe(TRANSLATION_ENDPOINT[format])
})

test.each(['openai', 'anthropic'] as const)('the endpoints of %s are those that are said', format => {
  const own = endpoints.filter(endpoint => endpoint.format === format).map(endpoint => endpoint.name)
  expect(own.toSorted()).toEqual([...ENDPOINTS[format]].toSorted())
})
