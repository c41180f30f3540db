import { z } from '@hono/zod-openapi'
import { describe, expect, it, test } from 'vitest'
import { startTestControl } from '../fixtures/running-control.ts'
import { bareApp } from '../http/app.ts'
import { type OpenApiDocument, openApiDocument } from '../http/openapi.ts'
import { PROBLEMS } from '../http/problem-table.ts'
import { adminRoute, EDITS, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { describeType, rowsOf } from './schema-rows.ts'

const thing = z
  .object({ id: z.string(), free: z.json().optional(), wait: z.string().transform(Number).optional() })
  .meta({ id: 'Thing' })

function documentOfOne(): OpenApiDocument {
  const app = bareApp()
  const route = adminRoute({
    method: 'patch',
    path: '/api/v1/things/{id}',
    role: 'editor',
    tags: ['Things'],
    summary: 'Change a thing <b>',
    accepts: EDITS,
    problems: ['not_found'],
    request: {
      params: z.object({ id: z.string() }),
      query: z.object({ deep: z.coerce.number().int().optional().meta({ description: 'How deep' }) }),
      body: jsonBody(thing),
    },
    responses: { 200: jsonAnswer(thing, 'The thing') },
  })
  app.openapi(route, c => send(c, thing, c.req.param()))
  return openApiDocument(app, '1')
}

describe('the document', () => {
  const document = documentOfOne()
  const operation = document.paths['/api/v1/things/{id}']?.patch

  it('says what a route takes, with what the shell reads', () => {
    expect(operation).toMatchObject({
      operationId: 'patchThingsById',
      'x-weir-role': 'editor',
      security: [{ bearer: [] }, { basic: [] }, { session: [] }],
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
    })
    expect(operation?.parameters.map(({ name, in: place, required }) => [name, place, required])).toEqual([
      ['id', 'path', true],
      ['deep', 'query', false],
      ['preview', 'query', false],
      ['reason', 'query', false],
      ['if-match', 'header', true],
    ])
    expect(operation?.parameters[1]).toMatchObject({ description: 'How deep', schema: { type: 'integer' } })
  })

  it('says how a route fails, by status and code', () => {
    expect(Object.keys(operation?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '412',
      '413',
      '415',
      '422',
      '428',
      '429',
      '500',
      '503',
    ])
    expect(operation?.responses[404]).toEqual({
      description: '`not_found`: There is no such thing',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    })
    expect(operation?.responses[200]?.headers).toHaveProperty('etag')
  })

  it('describes schemas as they are sent, and any JSON as anything', () => {
    expect(document.components.schemas.Thing).toEqual({
      type: 'object',
      properties: { id: { type: 'string' }, free: {}, wait: { type: 'string' } },
      required: ['id'],
    })
  })
})

describe('the page', () => {
  it('shows every operation, schema and problem without scripts, and allows its own style only', async () => {
    const { call } = await startTestControl()
    const document = (await call('GET', '/api/openapi.json', { token: null })).json as OpenApiDocument
    const { status, headers, text } = await call('GET', '/api/docs', { token: null })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/)
    expect(text).not.toMatch(/<script|<link|<img|javascript:| on\w+=/i)
    const ids = new Set(Array.from(text.matchAll(/ id="([^"]+)"/g), ([, id]) => id))
    const operations = Object.values(document.paths).flatMap(methods => Object.values(methods))
    for (const { operationId } of operations) expect(ids).toContain(operationId)
    for (const name of Object.keys(document.components.schemas)) expect(ids).toContain(`schema-${name}`)
    for (const code of Object.keys(PROBLEMS)) expect(ids).toContain(`problem-${code}`)
    for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
  })

  it('escapes what comes from the document', async () => {
    const { referencePage } = await import('./page.ts')
    const page = await referencePage(documentOfOne())
    expect(page).toContain('Change a thing &lt;b&gt;')
  })
})

test.each([
  [{ type: 'string' }, 'string'],
  [
    { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    'integer (at least 1, at most 500, default 50)',
  ],
  [{ type: 'integer', maximum: Number.MAX_SAFE_INTEGER }, 'integer'],
  [{ type: ['string', 'null'] }, 'string or null'],
  [{ enum: ['a', 'b'] }, '"a" or "b"'],
  [{ const: true }, 'true'],
  [{ type: 'array', items: { $ref: '#/components/schemas/Thing' } }, 'list of {Thing}'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, 'map to number'],
  [{ anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] }, 'date-time or null'],
  [{}, 'any'],
])('%j is written as %s', (schema, words) => {
  expect(describeType(schema)).toBe(words)
})

it('lists the fields of inner objects below theirs', () => {
  const inner = { type: 'object', properties: { b: { type: 'string', description: 'B' } }, required: ['b'] }
  const schema = { type: 'object', properties: { a: { type: 'array', items: inner }, c: {} } }
  expect(rowsOf(schema)).toEqual([
    { name: 'a', type: 'list of object', isRequired: false, description: '', depth: 0 },
    { name: 'b', type: 'string', isRequired: true, description: 'B', depth: 1 },
    { name: 'c', type: 'any', isRequired: false, description: '', depth: 0 },
  ])
})
