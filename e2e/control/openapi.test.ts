// The control API's document as the whole program serves it, with every resource registered.
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  EXAMPLE_ROUTER,
  USER_AWARE_ROUTER,
} from '../../packages/server/src/admin/inworld/fixtures/documented-routers.ts'
import { runProgram } from '../support/program.ts'
import { ADMIN_TOKEN, type StoreGateway, startStoreGateway } from './store-gateway.ts'

/** Below it, routers have another product's shape. */
const INWORLD = '/router/v1/'

interface Operation {
  readonly operationId: string
  readonly 'x-weir-role': string
  readonly security: readonly object[]
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

interface Document extends Record<string, unknown> {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

let gateway: StoreGateway
let document: Document
let operations: readonly (readonly [name: string, operation: Operation])[]

beforeAll(async () => {
  gateway = await startStoreGateway({ eventStore: 'duckdb' })
  document = (await (await fetch(`${gateway.controlUrl}/api/openapi.json`)).json()) as Document
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  )
})

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true })
    expect(document.openapi).toMatch(/^3\.1\./)
  })

  it('is found invalid when it is not', async () => {
    const broken = structuredClone(document) as Record<string, unknown>
    delete broken.info
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false })
  })

  it('refers to nothing that it does not hold', () => {
    const targets = Array.from(
      JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g),
      ([, target]) => target,
    )
    const known = Object.keys(document.components.schemas).map(name => `#/components/schemas/${name}`)
    expect(targets.filter(target => !known.includes(target ?? ''))).toEqual([])
    expect(targets.length).toBeGreaterThan(0)
  })

  it('names each operation once, and each parameter of its path', () => {
    const ids = operations.map(([, { operationId }]) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [name, { parameters }] of operations) {
      const inPath = Array.from(name.matchAll(/\{([^}]+)\}/g), ([, parameter]) => parameter)
      const declared = parameters.filter(({ in: place }) => place === 'path').map(parameter => parameter.name)
      expect([name, declared]).toEqual([name, inPath])
    }
  })

  it('says of every operation who may call it and how it fails', () => {
    for (const [name, { responses, security, requestBody, ...operation }] of operations) {
      const statuses = Object.keys(responses)
      const isOpen = operation['x-weir-role'] === 'anyone'
      expect([name, security.length > 0]).toEqual([name, !isOpen])
      // Inworld's API calls everything that is wrong with a request 400, and has errors of its own.
      const isOurs = !name.includes(INWORLD)
      const expected = [
        '500',
        ...(isOpen ? [] : ['401', '429']),
        ...(requestBody === undefined ? [] : isOurs ? ['400', '422'] : ['400']),
      ]
      expect([name, expected.filter(status => !statuses.includes(status))]).toEqual([name, []])
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400 || name === 'get /readyz') continue
        expect([name, status, Object.keys(content ?? {})]).toEqual([
          name,
          status,
          [isOurs ? 'application/problem+json' : 'application/json'],
        ])
      }
    }
  })

  it('is printed by `weir openapi`, which needs nothing to run', async () => {
    const printed = await runProgram(['openapi'])
    expect(printed).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(printed.stdout)).toEqual(document)
  })

  it('holds for what every list and every other read without parameters answers', async () => {
    let checked = 0
    for (const [name, { responses }] of operations) {
      const [method, path] = name.split(' ') as [string, string]
      if (method !== 'get' || path.includes('{') || !answersJson(responses)) continue
      const response = await ask('GET', path)
      const schema = responses[String(response.status)]?.content?.['application/json']?.schema
      const validate = validatorOf(schema)
      expect([name, response.status, validate(response.body), validate.errors]).toEqual([
        name,
        200,
        true,
        null,
      ])
      checked += 1
    }
    expect(checked).toBeGreaterThanOrEqual(5)
  })
})

describe('routers in Inworld’s shape', () => {
  const requestOf = (name: string) => {
    const operation = operations.find(([each]) => each === name)?.[1]
    return validatorOf(operation?.requestBody?.content['application/json']?.schema)
  }

  it.each([
    ['the one of the Router API reference', EXAMPLE_ROUTER],
    ['the one of the product page, in the other casing', USER_AWARE_ROUTER],
    ['one with its id in the body', { router_id: 'mine', ...USER_AWARE_ROUTER }],
  ])('takes %s, and it is created', async (_, router) => {
    const validate = requestOf(`post ${INWORLD}routers`)
    expect([validate(router), validate.errors]).toEqual([true, null])
    const answer = await answerOf('post', `${INWORLD}routers`, router)
    expect(answer).toMatchObject({ status: 200, body: { done: true } })
  })

  it.each([
    ['without a model', { variant: { variant_id: 'a' }, weight: 100 }],
    ['with a field that nobody knows', { variant: { model_id: 'openai/a' }, wait: 100 }],
    ['with half a percent', { variant: { model_id: 'openai/a' }, weight: 0.5 }],
  ])('has no variant %s', async (_, variant) => {
    const router = { name: 'routers/wrong', defaultRoute: { variants: [variant] } }
    expect(requestOf(`post ${INWORLD}routers`)(router)).toBe(false)
    expect(await answerOf('post', `${INWORLD}routers`, router)).toMatchObject({
      status: 400,
      body: { code: 3 },
    })
  })

  it('answers as documented, well or not', async () => {
    const one = `${INWORLD}routers/{id}`
    const router = { ...EXAMPLE_ROUTER, name: 'routers/told' }
    const created = await answerOf('post', `${INWORLD}routers`, router)
    const { name } = created.body as { readonly name: string }
    const statuses = [
      created,
      await answerOf('post', `${INWORLD}routers`, router),
      await answerOf('get', `${INWORLD}routers`),
      await answerOf('get', one, undefined, 'told'),
      await answerOf('get', one, undefined, 'demo'),
      await answerOf('get', one, undefined, 'nowhere'),
      await answerOf('patch', one, { displayName: 'Told' }, 'told'),
      await answerOf('get', `${INWORLD}operations/{name}`, undefined, name.replace('operations/', '')),
      await answerOf('delete', one, undefined, 'told'),
      await answerOf('delete', one, undefined, 'told'),
    ].map(({ status }) => status)
    expect(statuses).toEqual([200, 409, 200, 200, 200, 404, 200, 200, 200, 404])
  })

  /** Calls an operation and holds its answer against the document. */
  async function answerOf(method: string, path: string, body?: unknown, name = '') {
    const answer = await ask(method.toUpperCase(), path.replace(/\{.*\}/, name), body)
    const operation = operations.find(([each]) => each === `${method} ${path}`)?.[1]
    const schema = operation?.responses[String(answer.status)]?.content?.['application/json']?.schema
    const validate = validatorOf(schema)
    expect([validate(answer.body), validate.errors, answer.body]).toEqual([true, null, answer.body])
    return answer
  }
})

/** What comes of a call as an admin. */
async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(`${gateway.controlUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  return { status: response.status, body: answer }
}

function answersJson(responses: Operation['responses']): boolean {
  return responses[200]?.content?.['application/json'] !== undefined
}

/** A schema of the document; what is not documented holds for nothing. */
function validatorOf(schema: object | undefined) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'weir', ...document })
  return ajv.compile(schema === undefined ? { not: {} } : relinked(schema))
}

/** References lead into the whole document. */
function relinked(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"weir#/')) as object
}

it('is readable as a page of its own, by anyone', async () => {
  const response = await fetch(`${gateway.controlUrl}/api/docs`)
  const page = await response.text()
  expect(response.headers.get('content-security-policy')).not.toMatch(/unsafe|script-src/)
  // Descriptions name URLs; nothing is fetched from any.
  expect(page).not.toMatch(/<script|(?:src|href)="?https?:|url\(|@import/)
  for (const [, { operationId }] of operations) expect(page).toContain(`id="${operationId}"`)
})
