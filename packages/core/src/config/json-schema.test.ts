import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { configJsonSchema, configSchema } from './config.ts'
import { DIGEST, demoConfig } from './fixtures/demo-config.ts'

const written = configJsonSchema()
const editor = z.fromJSONSchema(withoutForms(written) as Parameters<typeof z.fromJSONSchema>[0])

const split = { variants: [{ id: 'a', model: 'p/a' }] }

describe('the JSON Schema for editors', () => {
  test.each<[string, unknown]>([
    ['the demo config', demoConfig()],
    ['the smallest config', { version: 1 }],
    ['a key by its digest', { version: 1, keys: [{ id: 'k', digest: `sha256:${DIGEST}` }] }],
    ['a preset', { version: 1, providers: { p: { preset: 'groq', credential: { env: 'KEY' } } } }],
    [
      'a package with settings and secrets',
      {
        version: 1,
        providers: {
          p: {
            type: 'ai-sdk',
            package: '@ai-sdk/amazon-bedrock',
            options: { region: 'eu-west-1', secretAccessKey: { env: 'AWS_SECRET' }, nested: { a: [1] } },
          },
        },
        models: { 'p/m': { capabilities: { tools: false, json: 'object', context: 8192 } } },
      },
    ],
    [
      'a router that captures',
      {
        version: 1,
        routers: {
          r: { default_route: { split }, capture: { rate: 0.5, size: '256KiB', patterns: ['a+'] } },
        },
      },
    ],
    [
      'nested parameters',
      {
        version: 1,
        routers: {
          r: {
            default_route: {
              split: {
                variants: [{ id: 'a', model: 'p/a', parameters: { response_format: { schema: [1, null] } } }],
              },
            },
          },
        },
      },
    ],
  ])('accepts %s, as the parser does', (_, config) => {
    expect(configSchema.safeParse(config).error?.issues).toBeUndefined()
    expect(editor.safeParse(config).error?.issues).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['no version', {}],
    ['another version', { version: 2 }],
    ['an unknown section', { version: 1, router: {} }],
    ['an unknown field', { version: 1, providers: { p: { type: 'openai', base_url: 'http://x', key: 1 } } }],
    ['an unknown wire format', { version: 1, providers: { p: { type: 'openia', base_url: 'http://x' } } }],
    ['an unknown preset', { version: 1, providers: { p: { preset: 'gorq' } } }],
    ['an unknown package', { version: 1, providers: { p: { type: 'ai-sdk', package: 'left-pad' } } }],
    ['an unknown capability', { version: 1, models: { 'p/m': { capabilities: { vision: true } } } }],
    [
      'a text for a weight',
      {
        version: 1,
        routers: { r: { default_route: { split: { variants: [{ id: 'a', model: 'p/a', weight: '1' }] } } } },
      },
    ],
    [
      'a negative weight',
      {
        version: 1,
        routers: { r: { default_route: { split: { variants: [{ id: 'a', model: 'p/a', weight: -1 }] } } } },
      },
    ],
    [
      'a model without provider',
      { version: 1, routers: { r: { default_route: { split: { variants: [{ id: 'a', model: 'a' }] } } } } },
    ],
    ['no variants', { version: 1, routers: { r: { default_route: { split: { variants: [] } } } } }],
    ['a route without condition', { version: 1, routers: { r: { routes: [{ id: 'x', split }] } } }],
    [
      'much to capture',
      { version: 1, routers: { r: { default_route: { split }, capture: { rate: 1, size: '257KiB' } } } },
    ],
    ['a bad duration', { version: 1, routers: { r: { default_route: { split }, timeouts: { idle: '5' } } } }],
    ['a bad size', { version: 1, gateway: { limits: { body: '5MB' } } }],
    ['keys as a map', { version: 1, keys: {} }],
  ])('refuses %s, as the parser does', (_, config) => {
    expect(configSchema.safeParse(config).success).toBe(false)
    expect(editor.safeParse(config).success).toBe(false)
  })

  test('has every default written down as a user would write it', () => {
    expect(written).toMatchObject({
      properties: {
        gateway: {
          properties: {
            limits: { properties: { body: { default: '32MiB' }, concurrent: { default: 4096 } } },
          },
        },
      },
    })
  })
})

test('every field is described, for editors and for the reference page', () => {
  const fields = listFields(written, '')
  expect(fields.map(field => field.path)).toContain('routers.*.default_route.split.variants[].weight')
  expect(fields.filter(field => !field.described).map(field => field.path)).toEqual([])
})

/** Zod reads all that the schema says of fields, and not what it says of fields together: e2e/program/schema.test.ts does. */
function withoutForms(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node
  if (Array.isArray(node)) return node.map(withoutForms)
  const { not: _, oneOf: __, ...rest } = node as Record<string, unknown>
  return Object.fromEntries(Object.entries(rest).map(([name, inner]) => [name, withoutForms(inner)]))
}

interface Field {
  readonly path: string
  readonly described: boolean
}

function listFields(node: unknown, path: string): Field[] {
  if (typeof node !== 'object' || node === null) return []
  const { properties, items, additionalProperties, anyOf } = node as Record<string, unknown>
  const own = Object.entries((properties ?? {}) as Record<string, { description?: string }>)
  return [
    ...own.flatMap(([name, schema]) => {
      const at = path === '' ? name : `${path}.${name}`
      return [{ path: at, described: schema.description !== undefined }, ...listFields(schema, at)]
    }),
    ...(Array.isArray(anyOf) ? anyOf.flatMap(form => listFields(form, path)) : []),
    ...listFields(items, `${path}[]`),
    ...listFields(additionalProperties, `${path}.*`),
  ]
}
