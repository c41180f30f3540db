// A small resource over real revisions: the descriptions of routers.
import { z } from '@hono/zod-openapi'
import type { ConfigInput } from '@weir/core/config'
import { describe, expect, it, test } from 'vitest'
import { type Answer, CONFIG, type RunningControl, startTestControl } from '../fixtures/running-control.ts'
import type { Edit } from '../revision/publishing.ts'
import { changed, type Publishing, publishEdit } from './change.ts'
import type { AdminApp } from './env.ts'
import { etagOf, matches } from './match.ts'
import { adminRoute, CONFIG_PROBLEMS, CREATES, EDITS, jsonAnswer, jsonBody } from './route.ts'

const itemSchema = z.object({ id: z.string(), description: z.string().nullable() })
const params = z.object({ id: z.string() })
const body = jsonBody(z.strictObject({ description: z.string().optional(), weight: z.int().optional() }))

const common = {
  role: 'editor',
  tags: ['Test'],
  responses: { 200: jsonAnswer(changed(itemSchema), 'done') },
} as const
const path = '/api/v1/test/{id}'
const put = adminRoute({
  ...common,
  method: 'put',
  path,
  summary: 'Describe',
  accepts: EDITS,
  problems: CONFIG_PROBLEMS,
  request: { params, body },
})
const post = adminRoute({
  ...common,
  method: 'post',
  path,
  summary: 'Copy',
  accepts: CREATES,
  problems: CONFIG_PROBLEMS,
  request: { params, body },
})

const itemOf = (config: ConfigInput, id: string) => ({
  id,
  description: config.routers?.[id]?.description ?? null,
})

function register(revisions: Publishing) {
  return (app: AdminApp) => {
    app.openapi(put, c => {
      const { id } = c.req.valid('param')
      const edit: Edit = config => {
        if (config.routers?.[id] === undefined)
          return { kind: 'refused', cause: 'not_found', message: `there is no router "${id}"` }
        if (!matches(c, etagOf(itemOf(config, id))))
          return { kind: 'refused', cause: 'changed', message: `router "${id}" has changed` }
        return { kind: 'config', config: describeRouter(config, id, c.req.valid('json')) }
      }
      return publishEdit(c, revisions, edit, { schema: itemSchema, item: config => itemOf(config, id) })
    })
    app.openapi(post, c => {
      const { id } = c.req.valid('param')
      const edit: Edit = config =>
        config.routers?.[id] === undefined
          ? {
              kind: 'config',
              config: { ...config, routers: { ...config.routers, [id]: CONFIG.routers?.chat ?? {} } },
            }
          : { kind: 'refused', cause: 'exists', message: `there is a router "${id}"` }
      return publishEdit(c, revisions, edit, {
        schema: itemSchema,
        item: config => itemOf(config, id),
        status: 201,
      })
    })
  }
}

function describeRouter(
  config: ConfigInput,
  id: string,
  { description, weight }: { description?: string | undefined; weight?: number | undefined },
): ConfigInput {
  const router = structuredClone(config.routers?.[id] ?? {})
  const variants = router.default_route?.split.variants ?? []
  variants.forEach((variant, index) => {
    if (weight !== undefined) variant.weight = index === 0 ? weight : 100 - weight
  })
  return { ...config, routers: { ...config.routers, [id]: { ...router, description } } }
}

const start = () => startTestControl({ resources: revisions => [register(revisions)] })
const etag = (description: string | null) => etagOf({ id: 'chat', description })

function change(
  control: RunningControl,
  body: object,
  headers: Record<string, string>,
  query = '',
): Promise<Answer> {
  return control.call('PUT', `/api/v1/test/chat${query}`, { body, headers })
}

describe('a change', () => {
  it('is in force when it is answered, and says as which revision, by whom and why', async () => {
    const control = await start()
    const answer = await change(control, { description: 'new' }, { 'if-match': etag(null) }, '?reason=tidy')
    expect(answer).toMatchObject({ status: 200, json: { id: 'chat', description: 'new', warnings: [] } })
    expect(answer.headers.get('x-weir-revision')).toBe('2')
    expect(answer.headers.get('etag')).toBe(etag('new'))
    expect(control.revisions.current()).toMatchObject({
      number: 2,
      config: { routers: { chat: { description: 'new' } } },
    })
    expect(await control.revisions.get(2)).toMatchObject({ actor: 'bootstrap', reason: 'tidy' })
    const audit = await control.call('GET', '/api/v1/audit?limit=1')
    expect(audit.json).toMatchObject({ items: [{ revision: 2, reason: 'tidy', outcome: 'done' }] })
  })

  it('of nothing makes no revision', async () => {
    const control = await start()
    const answer = await change(control, { weight: 80 }, { 'if-match': '*' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-weir-revision')).toBe('1')
    expect(control.revisions.current().number).toBe(1)
  })

  it('needs to say what it changes', async () => {
    const control = await start()
    expect(await change(control, {}, {})).toMatchObject({
      status: 428,
      json: { code: 'precondition_required' },
    })
    expect(await change(control, {}, { 'if-match': etag('other') })).toMatchObject({
      status: 412,
      json: { code: 'precondition_failed', detail: 'router "chat" has changed' },
    })
    expect(await change(control, { description: 'a' }, { 'if-match': `"x", ${etag(null)}` })).toMatchObject({
      status: 200,
    })
  })

  it('that would not compile is refused with the place of each problem, and not saved', async () => {
    const control = await start()
    const answer = await change(control, { weight: 120 }, { 'if-match': '*' })
    expect(answer).toMatchObject({
      status: 422,
      json: {
        code: 'invalid_config',
        problems: [
          { code: expect.any(String), path: expect.stringMatching(/^routers\.chat\.default_route\.split/) },
        ],
      },
    })
    expect(control.revisions.current().number).toBe(1)
  })

  test.each([
    ['PUT', 'nobody', 404, 'not_found'],
    ['POST', 'chat', 409, 'already_exists'],
  ])('that the edit refuses, %s %s, is answered %i', async (method, id, status, code) => {
    const { call } = await start()
    const answer = await call(method, `/api/v1/test/${id}`, { body: {}, headers: { 'if-match': '*' } })
    expect(answer).toMatchObject({ status, json: { code } })
  })

  it('is shown by a preview, which saves nothing and leaves no trace', async () => {
    const control = await start()
    const answer = await change(control, { weight: 50 }, { 'if-match': '*' }, '?preview=true')
    expect(answer).toMatchObject({
      status: 200,
      json: {
        preview: true,
        changes: [expect.stringContaining('large 80 -> 50')],
        moves: [{ router: 'chat', route: 'default', key: null, draw: 'kept', moved: 0.3 }],
        warnings: [],
      },
    })
    expect(answer.headers.get('x-weir-revision')).toBeNull()
    expect(control.revisions.current().number).toBe(1)
    expect((await control.call('GET', '/api/v1/audit')).json).toMatchObject({ items: [] })
    expect(await change(control, { weight: -5 }, { 'if-match': '*' }, '?preview=true')).toMatchObject({
      status: 422,
      json: { code: 'invalid_config' },
    })
  })

  it('of two who saw the same state is made by one', async () => {
    const control = await start()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        change(control, { description: `by ${index}` }, { 'if-match': etag(null) }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter(status => status === 200)).toHaveLength(1)
    expect(statuses.filter(status => status === 412)).toHaveLength(19)
    expect(control.revisions.current().number).toBe(2)
  })
})

test.each([
  [{ kind: 'managed_by_file' }, 409, 'managed_by_file'],
  [{ kind: 'conflict', number: 9 }, 412, 'precondition_failed'],
  [{ kind: 'unavailable', message: 'the database is locked' }, 503, 'store_unavailable'],
] as const)('a publish that ends as %o is answered %i', async (result, status, code) => {
  const publishing: Publishing = {
    preview: () => Promise.reject(new Error('not previewed here')),
    publish: () => Promise.resolve(result),
  }
  const control = await startTestControl({ resources: () => [register(publishing)] })
  expect(await change(control, {}, { 'if-match': '*' })).toMatchObject({ status, json: { code } })
})

describe('a create that is sent again with its idempotency key', () => {
  const create = (control: RunningControl, key: string, id = 'copy', query = '') =>
    control.call('POST', `/api/v1/test/${id}${query}`, { body: {}, headers: { 'idempotency-key': key } })

  it('gets the first answer and does nothing', async () => {
    const control = await start()
    const first = await create(control, 'k1')
    const second = await create(control, 'k1')
    expect(first.status).toBe(201)
    expect(second).toMatchObject({ status: 201, json: first.json })
    for (const name of ['etag', 'x-weir-revision', 'content-type']) {
      expect(second.headers.get(name)).toBe(first.headers.get(name))
    }
    expect([first, second].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
    expect(control.revisions.current().number).toBe(2)
  })

  it('gets it also while the first is under way', async () => {
    const control = await start()
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(control, 'k1')))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
    expect(control.revisions.current().number).toBe(2)
  })

  it('is refused with another request under the key, and is somebody else’s from another token', async () => {
    const control = await start()
    await create(control, 'k1')
    expect(await create(control, 'k1', 'other')).toMatchObject({
      status: 422,
      json: { code: 'idempotency_key_reused' },
    })
    const token = await control.tokenOf('editor')
    const options = { token, body: {}, headers: { 'idempotency-key': 'k1' } }
    expect(await control.call('POST', '/api/v1/test/copy', options)).toMatchObject({ status: 409 })
  })

  it('is tried anew when it failed or was a preview', async () => {
    const control = await start()
    expect(await create(control, 'k1', 'chat')).toMatchObject({ status: 409 })
    expect(await create(control, 'k1', 'chat')).toMatchObject({
      status: 409,
      json: { code: 'already_exists' },
    })
    expect(await create(control, 'k2', 'copy', '?preview=true')).toMatchObject({ json: { preview: true } })
    expect(await create(control, 'k2')).toMatchObject({ status: 201 })
  })

  it('shows a secret again, which lies sealed in the store', async () => {
    const control = await start()
    const options = { body: { name: 'ci', role: 'viewer' }, headers: { 'idempotency-key': 'k1' } }
    const first = await control.call('POST', '/api/v1/tokens', options)
    const { token } = first.json as { token: string }
    expect((await control.call('POST', '/api/v1/tokens', options)).json).toEqual(first.json)
    const kept = await control.store.idempotency.find(await onlyKey(control))
    expect(Buffer.from(kept?.sealed ?? []).includes(token)).toBe(false)
  })
})

/** The stored name of the key `k1` of the first token. */
async function onlyKey(control: RunningControl): Promise<string> {
  const { hash } = await import('node:crypto')
  const { items } = await control.store.tokens.list({ limit: 10 })
  const owner = items.find(({ name }) => name === 'bootstrap')
  return hash('sha256', JSON.stringify([owner?.id, 'k1']), 'hex')
}
