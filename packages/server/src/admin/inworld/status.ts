// Errors of these paths: `google.rpc.Status` as JSON, which gateways of gRPC services answer with.

/** The codes of google.rpc.Code that occur here, and the HTTP status of each ("Errors", Google Cloud API design guide). */
export const CODES = {
  INVALID_ARGUMENT: { code: 3, http: 400 },
  NOT_FOUND: { code: 5, http: 404 },
  ALREADY_EXISTS: { code: 6, http: 409 },
  PERMISSION_DENIED: { code: 7, http: 403 },
  RESOURCE_EXHAUSTED: { code: 8, http: 429 },
  FAILED_PRECONDITION: { code: 9, http: 400 },
  ABORTED: { code: 10, http: 409 },
  UNIMPLEMENTED: { code: 12, http: 501 },
  INTERNAL: { code: 13, http: 500 },
  UNAVAILABLE: { code: 14, http: 503 },
  UNAUTHENTICATED: { code: 16, http: 401 },
} as const

export type Code = keyof typeof CODES

/** One field that has to be put right. */
export interface Violation {
  /** Spelled as in the documentation: `routes[0].route.variants[1].weight`; empty for the whole. */
  readonly field: string
  readonly description: string
}

export interface Status {
  /** A number of google.rpc.Code. */
  readonly code: number
  readonly message: string
  readonly details: readonly Readonly<Record<string, unknown>>[]
}

export function status(code: Code, message: string): Status {
  return { code: CODES[code].code, message, details: [] }
}

/** Says all that is wrong in the message, and each field once more for programs. */
export function invalidArgument(violations: readonly Violation[]): Status {
  const message = violations
    .map(({ field, description }) => (field === '' ? description : `${field}: ${description}`))
    .join('; ')
  const detail = { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations }
  return { ...status('INVALID_ARGUMENT', message), details: [detail] }
}
