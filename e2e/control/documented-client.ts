// A client of the control API that knows it by its OpenAPI document: it says which calls are valid by that document,
// and holds every answer against it.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Fields } from './control-client.ts'
import type { JsonSchema, Schemas } from './schema-arbitrary.ts'
import { ADMIN_TOKEN, type StoreGateway } from './store-gateway.ts'

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Schemas }
}

interface Operation {
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: JsonSchema
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface DocumentedCall {
  readonly method: Method
  /** As the document has it: `/api/v1/routers/{id}`. */
  readonly path: string
  /** Fills in what is in braces. */
  readonly id?: string | undefined
  readonly query?: Readonly<Record<string, string | number>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** `conflict`: the state of the server is against it, and the client knows. Default: it should be done. */
  readonly intent?: 'done' | 'conflict'
}

export interface DocumentedAnswer {
  readonly status: number
  /** Without parameters. */
  readonly type: string
  /** Empty without one. */
  readonly etag: string
  readonly text: string
  /** Parsed; empty when there is no body. */
  readonly json: Fields
}

/** A call that was made, and what became of it. */
export interface MadeCall {
  /** `valid` and `conflict` are valid by the document; a conflict is refused for the state the server is in. */
  readonly kind: 'valid' | 'conflict' | 'invalid'
  /** Whether it carries input: a body, or parameters in its query. */
  readonly carriesInput: boolean
  readonly method: Method
  readonly path: string
  /** The call in words. */
  readonly what: string
  readonly status: number
  readonly text: string
}

export class DocumentedClient {
  readonly made: MadeCall[] = []
  readonly document: OpenApiDocument
  readonly #gateway: StoreGateway
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false })
  readonly #compiled = new WeakMap<JsonSchema, ValidateFunction>()

  constructor(gateway: StoreGateway, document: OpenApiDocument) {
    this.#gateway = gateway
    this.document = document
    this.#ajv.addSchema({ $id: 'weir', ...document })
  }

  bodySchema(method: Method, path: string): JsonSchema {
    const content = this.#operation(method, path).requestBody?.content
    return content?.['application/json']?.schema ?? {}
  }

  querySchemas(path: string): Readonly<Record<string, JsonSchema>> {
    const { parameters } = this.#operation('GET', path)
    const queries = parameters.filter(parameter => parameter.in === 'query')
    return Object.fromEntries(queries.map(({ name, schema }) => [name, schema]))
  }

  validates(schema: JsonSchema, value: unknown): boolean {
    return this.#validator(schema)(value)
  }

  /** Makes a call. Throws when its answer is not as the document says, or when a call that it forbids is carried out. */
  async send(call: DocumentedCall): Promise<DocumentedAnswer> {
    const answer = await this.#exchange(call)
    const { method, path, body } = call
    const isValid = this.#isValid(call)
    const made: MadeCall = {
      kind: isValid ? (call.intent === 'conflict' ? 'conflict' : 'valid') : 'invalid',
      carriesInput: body !== undefined || Object.keys(call.query ?? {}).length > 0,
      method,
      path,
      what: describeCall(call),
      status: answer.status,
      text: answer.text,
    }
    this.made.push(made)
    this.#checkAnswer(made, answer)
    return answer
  }

  async #exchange(call: DocumentedCall): Promise<DocumentedAnswer> {
    const { method, path, id, query = {}, headers = {}, body } = call
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
    const target = filledIn(path, id) + (search.size === 0 ? '' : `?${search.toString()}`)
    const response = await fetch(this.#gateway.controlUrl + target, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    const etag = response.headers.get('etag') ?? ''
    return {
      status: response.status,
      type,
      etag,
      text,
      json: text === '' ? {} : (JSON.parse(text) as Fields),
    }
  }

  #operation(method: Method, path: string): Operation {
    const operation = this.document.paths[path]?.[method.toLowerCase()]
    if (operation === undefined) throw new Error(`the document has no ${method} ${path}`)
    return operation
  }

  #isValid({ method, path, query = {}, headers = {}, body }: DocumentedCall): boolean {
    const { parameters, requestBody } = this.#operation(method, path)
    const isKnown = Object.keys(query).every(name =>
      parameters.some(parameter => parameter.in === 'query' && parameter.name === name),
    )
    const areParameters = parameters.every(({ name, in: place, required, schema }) => {
      if (place === 'path') return true
      const value = place === 'query' ? query[name] : headers[name]
      return value === undefined ? !required : this.validates(schema, value)
    })
    const isBody = requestBody === undefined || this.validates(this.bodySchema(method, path), body)
    return isKnown && areParameters && isBody
  }

  #checkAnswer({ kind, what, method, path, status, text }: MadeCall, { type, json }: DocumentedAnswer): void {
    const said = `${what}\n-> ${status} ${text}`
    if (status >= 500) throw new Error(`a bug of the server: ${said}`)
    if (kind === 'invalid' && status < 400) throw new Error(`done, though the document forbids it: ${said}`)
    const described = this.#operation(method, path).responses[status]
    if (described === undefined) throw new Error(`the document does not say this status: ${said}`)
    if (text === '' && described.content === undefined) return
    const schema = described.content?.[type]?.schema
    if (schema === undefined) throw new Error(`the document does not say this type, "${type}": ${said}`)
    const validate = this.#validator(schema)
    if (!validate(json)) throw new Error(`${this.#ajv.errorsText(validate.errors)}: ${said}`)
  }

  #validator(schema: JsonSchema): ValidateFunction {
    const known = this.#compiled.get(schema)
    if (known !== undefined) return known
    // References lead into the whole document.
    const text = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"weir#/')
    const validate = this.#ajv.compile(JSON.parse(text) as object)
    this.#compiled.set(schema, validate)
    return validate
  }
}

function filledIn(path: string, id = ''): string {
  return path.replace(/\{\w+\}/, encodeURIComponent(id))
}

function describeCall({ method, path, id, query, headers, body }: DocumentedCall): string {
  const more = [query, headers, body].flatMap(part => (part === undefined ? [] : [JSON.stringify(part)]))
  return [method, filledIn(path, id), ...more].join(' ')
}

export async function readDocument({ controlUrl }: StoreGateway): Promise<OpenApiDocument> {
  return (await (await fetch(`${controlUrl}/api/openapi.json`)).json()) as OpenApiDocument
}
