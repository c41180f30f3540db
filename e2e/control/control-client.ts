// Plain HTTP calls of the control API, for tests that look at statuses, ETags and headers.
import { ADMIN_TOKEN, type StoreGateway } from './store-gateway.ts'

export type Fields = Record<string, unknown>

export interface ControlAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The ETag of what was answered; empty without one. */
  readonly etag: string
  /** The revision in force with it; NaN without one. */
  readonly revision: number
  /** Parsed; empty when there is no body. */
  readonly json: Fields
}

export interface ControlCallOptions {
  /** Sent as JSON. */
  readonly body?: unknown
  readonly ifMatch?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type ControlCall = (
  method: string,
  path: string,
  options?: ControlCallOptions,
) => Promise<ControlAnswer>

/** Calls with this token, the admin's by default; null: with none. Paths follow `/api/v1`. */
export function controlOf(
  { controlUrl }: Pick<StoreGateway, 'controlUrl'>,
  token: string | null = ADMIN_TOKEN,
): ControlCall {
  return async (method, path, { body, ifMatch, headers } = {}) => {
    const response = await fetch(`${controlUrl}/api/v1${path}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return readAnswer(response)
  }
}

async function readAnswer(response: Response): Promise<ControlAnswer> {
  const { status, headers } = response
  const text = await response.text()
  return {
    status,
    headers,
    text,
    etag: headers.get('etag') ?? '',
    revision: Number(headers.get('x-weir-revision') ?? Number.NaN),
    json: text === '' ? {} : (JSON.parse(text) as Fields),
  }
}

/** A token of this role, and its calls. */
export async function callerWith(
  gateway: StoreGateway,
  { name, role }: { readonly name: string; readonly role: 'viewer' | 'editor' | 'admin' },
): Promise<ControlCall> {
  const { json } = await controlOf(gateway)('POST', '/tokens', { body: { name, role } })
  return controlOf(gateway, String(json.token))
}

/** Every item of a list. */
export async function listAll(control: ControlCall, path: string): Promise<Fields[]> {
  const items: Fields[] = []
  let next: unknown
  do {
    const after = typeof next === 'string' ? `&after=${encodeURIComponent(next)}` : ''
    const page = await control('GET', `${path}${path.includes('?') ? '&' : '?'}limit=500${after}`)
    if (page.status !== 200) throw new Error(`${path}: ${page.text}`)
    items.push(...(page.json.items as Fields[]))
    next = page.json.next
  } while (next !== null)
  return items
}
