// The control API's document as the whole program serves it, with every resource registered.
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, type StoreGateway, startStoreGateway } from './store-gateway.ts'

interface Operation {
  readonly operationId: string
  readonly 'x-weir-role': string
  readonly security: readonly object[]
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: object
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
  gateway = await startStoreGateway()
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
      const expected = [
        '500',
        ...(isOpen ? [] : ['401', '429']),
        ...(requestBody === undefined ? [] : ['400', '422']),
      ]
      expect([name, expected.filter(status => !statuses.includes(status))]).toEqual([name, []])
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400 || name === 'get /readyz') continue
        expect([name, status, Object.keys(content ?? {})]).toEqual([
          name,
          status,
          ['application/problem+json'],
        ])
      }
    }
  })

  it('holds for what every list and every other read without parameters answers', async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema({ $id: 'weir', ...document })
    let checked = 0
    for (const [name, { responses }] of operations) {
      const [method, path] = name.split(' ') as [string, string]
      if (method !== 'get' || path.includes('{')) continue
      const response = await fetch(`${gateway.controlUrl}${path}`, {
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      })
      const schema = responses[String(response.status)]?.content?.['application/json']?.schema
      const body: unknown = await response.json()
      const validate = ajv.compile(relinked(schema ?? {}))
      expect([name, response.status, validate(body), validate.errors]).toEqual([name, 200, true, null])
      checked += 1
    }
    expect(checked).toBeGreaterThanOrEqual(5)
  })
})

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
