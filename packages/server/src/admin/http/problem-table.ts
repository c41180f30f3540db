// Every way in which the control API says no: code -> status and title. A resource that needs another code adds a row.
import type { Problem } from '@weir/core/config'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request cannot be read' },
  body_not_json: { status: 400, title: 'The body is not JSON' },
  unauthenticated: { status: 401, title: 'A token is needed' },
  forbidden: { status: 403, title: 'The token may not do this' },
  csrf: { status: 403, title: 'The request does not prove that it comes from the console' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'The path does not take this method' },
  body_incomplete: { status: 408, title: 'The body did not arrive in time' },
  already_exists: { status: 409, title: 'The id is taken' },
  in_use: { status: 409, title: 'Something else refers to it' },
  managed_by_file: { status: 409, title: 'The config is managed by a file' },
  precondition_failed: { status: 412, title: 'It has changed since it was read' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not of a type that is read here' },
  host_refused: { status: 421, title: 'The control plane is not known by this host name' },
  invalid_body: { status: 422, title: 'The body is not valid' },
  invalid_config: { status: 422, title: 'The config would not be valid' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to another request' },
  precondition_required: { status: 428, title: 'The request must say which state it changes' },
  throttled: { status: 429, title: 'Too many failed attempts' },
  too_many_live: { status: 429, title: 'Too many follow requests live' },
  internal: { status: 500, title: 'The control plane has a bug' },
  event_store_unavailable: { status: 503, title: 'The event store cannot be used' },
  store_unavailable: { status: 503, title: 'The store cannot be used' },
} as const satisfies Record<string, { status: ContentfulStatusCode; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** What `problem` needs beside the code. */
export interface ProblemDetails {
  /** What is wrong here and what would be right; never a secret. */
  readonly detail: string
  /** Each field that is to be put right. */
  readonly problems?: readonly Problem[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A problem as data, for services that are to know nothing of HTTP answers. */
export interface CodedProblem extends ProblemDetails {
  readonly code: ProblemCode
}

/** How problems look on the paths of another product's API; `status` is the one they have here. */
export type ProblemShape = (
  problem: CodedProblem,
  status: ContentfulStatusCode,
) => { readonly status: ContentfulStatusCode; readonly body: object }
