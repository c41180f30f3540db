import { z } from '@hono/zod-openapi'
import { expect, test } from 'vitest'
import { startTestControl } from '../fixtures/running-control.ts'
import { adminRoute, jsonAnswer, jsonBody } from './route.ts'

const body = z.strictObject({ list: z.array(z.object({ 'a.b': z.int('must be whole') })) })
const query = z
  .strictObject({ limit: z.coerce.number().max(5, 'is too much').optional(), low: z.string().optional() })
  .refine(({ low }) => low === undefined, { path: ['low'], message: '`low` is not for you' })
const route = adminRoute({
  method: 'post',
  path: '/api/v1/x',
  role: 'admin',
  tags: ['X'],
  summary: 'x',
  problems: [],
  request: { query, body: jsonBody(body) },
  responses: { 200: jsonAnswer(z.object({}), 'x') },
})

test.each([
  ['limit=9', { list: [] }, '`limit`: is too much'],
  ['low=1', { list: [] }, '`low` is not for you'],
  ['much=1', { list: [] }, 'Unrecognized key: "much"'],
  ['', { list: [{ 'a.b': 1 }, { 'a.b': 1.5 }] }, '`list[1]["a.b"]`: must be whole'],
])('for %j with %j the detail is %j', async (search, sent, detail) => {
  const control = await startTestControl({
    resources: () => [app => void app.openapi(route, c => c.json({}, 200))],
  })
  const { json } = await control.call('POST', `/api/v1/x?${search}`, { body: sent })
  expect(json).toMatchObject({ detail })
})
