// The JSON Schema of the config file against the config's own checks, in what it says of fields together.
import { configJsonSchema } from '@weir/core/config'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../packages/core/src/config/parse.ts'

const isValid = new Ajv2020({ strict: false, validateFormats: false }).compile(configJsonSchema())

const url = 'http://localhost/v1'
const split = { variants: [{ id: 'a', model: 'p/a' }] }
const digest = `sha256:${'0'.repeat(64)}`
const env = { env: 'KEY' }

const provider = (fields: object) => ({ version: 1, providers: { p: fields } })
const router = (fields: object) => ({ version: 1, routers: { r: fields } })
const variant = (fields: object) =>
  router({ default_route: { split: { variants: [{ id: 'a', model: 'p/a', ...fields }] } } })
const key = (fields: object) => ({ version: 1, keys: [{ id: 'k', ...fields }] })

describe('the JSON Schema', () => {
  it.each<[string, object]>([
    ['a provider with settings of its own', provider({ type: 'openai', base_url: url })],
    ['a preset', provider({ preset: 'groq', endpoints: ['chat'] })],
    [
      'a preset with its type and another URL',
      provider({ preset: 'anthropic', type: 'anthropic', base_url: url }),
    ],
    ['a preset that lacks the URL', provider({ preset: 'azure-openai', base_url: url })],
    ['a package', provider({ type: 'ai-sdk', package: '@ai-sdk/google', options: { a: 1 } })],
    ['a stored credential', provider({ preset: 'groq', credential: { stored: true } })],
    ['an IPv6 address', provider({ type: 'openai', base_url: 'http://[::1]:8000' })],
    ['an "@" in a path', provider({ type: 'openai', base_url: 'https://host.example/@team/v1' })],
    ['a router with conditions only', router({ routes: [{ id: 'a', condition: 'stream', split }] })],
    ['a router with a default route only', router({ routes: [], default_route: { split } })],
    [
      'a day',
      router({ default_route: { split }, timeouts: { idle: '1440m', total: '24h', hold: '86400000ms' } }),
    ],
    ['a system prompt', variant({ system_prompt: { replace: 'x' } })],
    ['a parameter', variant({ parameters: { temperature: 1 } })],
    ['a key by its digest', key({ digest })],
    ['a key by its variable', key({ secret: env, allow: ['r', 'p/a', 'p/*'] })],
    [
      'a routing with a fallback',
      key({ digest, routing: { variants: [{ model: 'p/a' }, { model: 'p/b', priority: 1 }] } }),
    ],
    ['an id that begins with two dots', router({ default_route: { id: '..a', split } })],
  ])('accepts %s, as the parser does', (_, config) => {
    expect(parseConfig(config)).toMatchObject({ kind: 'valid' })
    expect([isValid(config), isValid.errors]).toEqual([true, null])
  })

  it.each<[string, object]>([
    ['a provider without a type', provider({ base_url: url })],
    ['a provider without a URL', provider({ type: 'openai' })],
    ['a preset without the URL that it lacks', provider({ preset: 'azure-openai' })],
    ['a preset of another type', provider({ preset: 'anthropic', type: 'openai' })],
    ["another type's endpoint", provider({ type: 'anthropic', base_url: url, endpoints: ['chat'] })],
    ["another type's field", provider({ preset: 'anthropic', max_tokens_field: 'max_tokens' })],
    ['a package without a type', provider({ package: '@ai-sdk/google' })],
    ['a type without its package', provider({ type: 'ai-sdk' })],
    ['options of no package', provider({ type: 'openai', base_url: url, options: {} })],
    ['two credentials', provider({ preset: 'groq', credential: { env: 'KEY', stored: true } })],
    ['no credential in its place', provider({ preset: 'groq', credential: {} })],
    ['a user in a URL', provider({ type: 'openai', base_url: 'https://user@host/v1' })],
    ['a query in a URL', provider({ type: 'openai', base_url: 'https://host/v1?key=1' })],
    ['a router without routes', router({ routes: [] })],
    ['more than a day', router({ default_route: { split }, timeouts: { idle: '25h' } })],
    ['two system prompts', variant({ system_prompt: { replace: 'x', prepend: 'y' } })],
    ['no system prompt in its place', variant({ system_prompt: {} })],
    ['a reserved parameter', variant({ parameters: { model: 'x' } })],
    ['an id that is a directory', router({ default_route: { id: '..', split } })],
    ['a key by both', key({ digest, secret: env })],
    ['a key by neither', key({})],
    ['an allowed name that could not be one', key({ digest, allow: ['a b'] })],
    ['a routing without variants', key({ digest, routing: { variants: [] } })],
    ['a routing of fallbacks only', key({ digest, routing: { variants: [{ model: 'p/a', priority: 1 }] } })],
  ])('refuses %s, as the parser does', (_, config) => {
    expect(parseConfig(config)).toMatchObject({ kind: 'invalid' })
    expect(isValid(config)).toBe(false)
  })
})
