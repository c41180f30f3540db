// The one table of what can go wrong for a client: code -> HTTP status and category. Complete by type: a code
// without a row does not compile.
import type { ErrorCategory } from '../provider/wire-format.ts'

export type ErrorCode =
  | 'key_missing'
  | 'key_unknown'
  | 'key_disabled'
  | 'key_expired'
  | 'key_rate_limited'
  | 'budget_exceeded'
  | 'override_denied'
  | 'model_denied'
  | 'unpriced_model'
  | 'headers_invalid'
  | 'headers_too_large'
  | 'headers_incomplete'
  | 'body_too_large'
  | 'body_incomplete'
  | 'body_encoding'
  | 'body_not_utf8'
  | 'body_not_json'
  | 'body_invalid'
  | 'model_missing'
  | 'model_not_found'
  | 'model_disabled'
  | 'no_route'
  | 'unknown_variant'
  | 'unknown_path'
  | 'request_not_found'
  | 'method_not_allowed'
  | 'not_recorded'
  | 'overloaded'
  | 'draining'
  | 'upstream_unreachable'
  | 'upstream_reset'
  | 'upstream_timeout'
  | 'upstream_rate_limited'
  | 'upstream_error'
  | 'upstream_bad_answer'
  | 'upstream_empty'
  | 'upstream_credential'
  | 'upstream_model_gone'
  | 'upstream_unsupported'
  | 'not_translatable'
  | 'stream_broken'
  | 'internal'

export interface ErrorRow {
  readonly status: number
  readonly category: ErrorCategory
}

export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = {
  key_missing: { status: 401, category: 'authentication' },
  key_unknown: { status: 401, category: 'authentication' },
  key_disabled: { status: 401, category: 'authentication' },
  key_expired: { status: 401, category: 'authentication' },
  key_rate_limited: { status: 429, category: 'rate_limit' },
  budget_exceeded: { status: 429, category: 'rate_limit' },
  override_denied: { status: 403, category: 'permission' },
  model_denied: { status: 403, category: 'permission' },
  unpriced_model: { status: 403, category: 'permission' },
  headers_invalid: { status: 400, category: 'invalid_request' },
  headers_too_large: { status: 431, category: 'too_large' },
  headers_incomplete: { status: 408, category: 'timeout' },
  body_too_large: { status: 413, category: 'too_large' },
  body_incomplete: { status: 408, category: 'timeout' },
  body_encoding: { status: 415, category: 'invalid_request' },
  body_not_utf8: { status: 400, category: 'invalid_request' },
  body_not_json: { status: 400, category: 'invalid_request' },
  body_invalid: { status: 400, category: 'invalid_request' },
  model_missing: { status: 400, category: 'invalid_request' },
  model_not_found: { status: 404, category: 'not_found' },
  model_disabled: { status: 404, category: 'not_found' },
  no_route: { status: 404, category: 'not_found' },
  unknown_variant: { status: 400, category: 'invalid_request' },
  unknown_path: { status: 404, category: 'not_found' },
  request_not_found: { status: 404, category: 'not_found' },
  method_not_allowed: { status: 405, category: 'invalid_request' },
  not_recorded: { status: 503, category: 'overloaded' },
  overloaded: { status: 503, category: 'overloaded' },
  draining: { status: 503, category: 'overloaded' },
  upstream_unreachable: { status: 502, category: 'upstream' },
  upstream_reset: { status: 502, category: 'upstream' },
  upstream_timeout: { status: 504, category: 'timeout' },
  upstream_rate_limited: { status: 429, category: 'rate_limit' },
  upstream_error: { status: 502, category: 'upstream' },
  upstream_bad_answer: { status: 502, category: 'upstream' },
  upstream_empty: { status: 502, category: 'upstream' },
  upstream_credential: { status: 502, category: 'upstream' },
  upstream_model_gone: { status: 502, category: 'upstream' },
  upstream_unsupported: { status: 400, category: 'invalid_request' },
  not_translatable: { status: 400, category: 'invalid_request' },
  stream_broken: { status: 502, category: 'upstream' },
  internal: { status: 500, category: 'internal' },
}
