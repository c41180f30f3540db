// What a client shows to say who it is: a token in `authorization`, or a session's cookie.
import { parse } from 'hono/utils/cookie'

export type Credential =
  | { readonly kind: 'none' }
  /** Each way in which the header can be read as a token; no more than four. */
  | { readonly kind: 'token'; readonly candidates: readonly string[] }
  | { readonly kind: 'session'; readonly secret: string }

const SESSION_COOKIE = 'weir_session'
const CSRF_COOKIE = 'weir_csrf'

/** Over https with the prefix that ties a cookie to its host. */
export const cookieNames = (scheme: 'http' | 'https') => ({
  session: scheme === 'https' ? `__Host-${SESSION_COOKIE}` : SESSION_COOKIE,
  csrf: scheme === 'https' ? `__Host-${CSRF_COOKIE}` : CSRF_COOKIE,
})

/** The header wins over the cookie: a script that sends a token means that token. */
export function readCredential(authorization: string | undefined, cookie: string | undefined): Credential {
  if (authorization !== undefined) return { kind: 'token', candidates: readAuthorization(authorization) }
  const cookies = parse(cookie ?? '')
  const secret = cookies[cookieNames('https').session] ?? cookies[cookieNames('http').session]
  return secret === undefined ? { kind: 'none' } : { kind: 'session', secret }
}

/** `Bearer <token>`; or `Basic`, with the token bare, in base64, or in base64 as user or password. */
function readAuthorization(header: string): string[] {
  const [, scheme, value] = /^(bearer|basic) +([^ ]{1,1024})$/i.exec(header.trim()) ?? []
  if (scheme === undefined || value === undefined) return []
  if (scheme.toLowerCase() === 'bearer') return [value]
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  const parts = colon < 0 ? [] : [decoded.slice(colon + 1), decoded.slice(0, colon)]
  return [value, decoded, ...parts].filter(part => part !== '')
}
