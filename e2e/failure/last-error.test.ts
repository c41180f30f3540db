// What the client is told when no target answered: an error it can act on, with the list of attempts, and nothing of
// what is between the gateway and its providers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FailureCase, type FailureGateway, startFailureGateway } from './failure-gateway.ts'

interface Row extends FailureCase {
  readonly kind: string
  readonly status: number
  readonly code: string
}

const alone = { second: null } as const
const timeouts = { first_token: '1s', total: '1s' }

const rows: Record<string, Row> = {
  'connect-refused': {
    ...alone,
    first: '',
    provider: 'closed',
    kind: 'connect',
    status: 502,
    code: 'upstream_unreachable',
  },
  'break-before-headers': {
    ...alone,
    first: 'break=before_headers',
    kind: 'reset',
    status: 502,
    code: 'upstream_reset',
  },
  'break-after-headers': {
    ...alone,
    first: 'break=after_headers',
    kind: 'reset',
    status: 502,
    code: 'upstream_reset',
  },
  'hang-at-headers': {
    ...alone,
    first: 'hang=headers',
    timeouts,
    kind: 'timeout',
    status: 504,
    code: 'upstream_timeout',
  },
  'status-408': {
    ...alone,
    first: 'error=408',
    kind: 'request_timeout',
    status: 504,
    code: 'upstream_timeout',
  },
  'status-409': { ...alone, first: 'error=409', kind: 'conflict', status: 502, code: 'upstream_error' },
  'status-500': { ...alone, first: 'error=500', kind: 'server_error', status: 500, code: 'upstream_error' },
  'status-503': { ...alone, first: 'error=503', kind: 'server_error', status: 503, code: 'upstream_error' },
  'status-529': { ...alone, first: 'error=529', kind: 'server_error', status: 529, code: 'upstream_error' },
  'status-401': {
    ...alone,
    first: 'error=401',
    kind: 'credential',
    status: 502,
    code: 'upstream_credential',
  },
  'status-402': {
    ...alone,
    first: 'error=402',
    kind: 'credential',
    status: 502,
    code: 'upstream_credential',
  },
  'status-403': {
    ...alone,
    first: 'error=403',
    kind: 'credential',
    status: 502,
    code: 'upstream_credential',
  },
  'no-credential': {
    ...alone,
    first: '',
    provider: 'keyless',
    kind: 'credential',
    status: 502,
    code: 'upstream_credential',
  },
  'status-404': {
    ...alone,
    first: 'error=404',
    kind: 'model_gone',
    status: 502,
    code: 'upstream_model_gone',
  },
  'model-gone': {
    ...alone,
    first: 'model_gone',
    kind: 'model_gone',
    status: 502,
    code: 'upstream_model_gone',
  },
  'error-in-200': {
    ...alone,
    first: 'ok_error_body',
    kind: 'server_error',
    status: 502,
    code: 'upstream_error',
  },
  html: { ...alone, first: 'html', kind: 'bad_answer', status: 502, code: 'upstream_bad_answer' },
  empty: { ...alone, first: 'empty', kind: 'bad_answer', status: 502, code: 'upstream_bad_answer' },
}

/** The client's own mistakes, and errors the policy does not count: as the provider said it, at once. */
const passedOn: Record<string, FailureCase & { readonly status: number; readonly kind: string }> = {
  'status-400': { first: 'error=400', status: 400, kind: 'invalid_request' },
  'status-413': { first: 'error=413', status: 413, kind: 'invalid_request' },
  'status-422': { first: 'error=422', status: 422, kind: 'invalid_request' },
  'context-length': { first: 'context_length', status: 400, kind: 'context_length' },
  'uncounted-429': {
    first: 'error=429; retry_after=5',
    failure: { on: ['connect'] },
    status: 429,
    kind: 'rate_limited',
  },
  'uncounted-503': { first: 'error=503', failure: { on: ['connect'] }, status: 503, kind: 'server_error' },
}

/** Both targets rate limited, each asking for a wait. */
const limited: Record<string, FailureCase & { readonly seconds: string }> = {
  'limited-seconds': { first: 'error=429; retry_after=3', second: 'error=429; retry_after=7', seconds: '7' },
  'limited-ms': { first: 'error=429', second: 'error=429; retry_after_ms=2500', seconds: '3' },
  'limited-unsaid': { first: 'error=429', second: 'error=429', seconds: '1' },
  'limited-nonsense': { first: 'error=429', second: 'error=429; retry_after=soon', seconds: '1' },
  'limited-negative': { first: 'error=429', second: 'error=429; retry_after=-5', seconds: '1' },
  'limited-long': { first: 'error=429', second: 'error=429; retry_after=99999', seconds: '99999' },
  'limited-absurd': { first: 'error=429', second: 'error=429; retry_after=1e300', seconds: '1' },
}

const mixed: Record<string, FailureCase> = {
  'limited-then-down': { first: 'error=429; retry_after=7', second: 'error=500' },
  'down-then-limited': { first: 'error=500', second: 'error=429; retry_after=7' },
  'limited-date': {
    first: 'error=429',
    second: `error=429; retry_after=${new Date(Date.now() + 600_000).toUTCString()}`,
  },
  'limited-past': { first: 'error=429', second: 'error=429; retry_after=Wed, 21 Oct 2015 07:28:00 GMT' },
}

let setup: FailureGateway

const modes = ['plain', 'stream'] as const

beforeAll(async () => {
  const inModes = modes.flatMap(mode =>
    Object.entries({ ...rows, ...passedOn, ...limited }).map(([id, one]) => [`${id}-${mode}`, one] as const),
  )
  setup = await startFailureGateway({ ...Object.fromEntries(inModes), ...mixed })
})

afterAll(() => setup.ledger.check(setup.gateway))

const inBothModes = <R>(table: Record<string, R>) =>
  Object.entries(table).flatMap(([id, row]) => modes.map(mode => [id, mode, row] as const))

const ask = (id: string, mode: 'plain' | 'stream') =>
  setup.caller.chat(`${id}-${mode}`, mode === 'stream' ? { stream: true } : {})

interface ErrorBody {
  readonly code: string
  readonly message: string
  readonly type: string
  readonly request_id: string
  readonly attempts: readonly {
    readonly target: string
    readonly failure: string
    readonly status: number | null
  }[]
}

const errorOf = (answer: { json(): Record<string, unknown> }) => answer.json().error as ErrorBody

describe.concurrent('the only target failing', () => {
  it.each(inBothModes(rows))('by %s (%s) is an error with a code and the attempt', async (id, mode, row) => {
    const answer = await ask(id, mode)
    expect(answer.status).toBe(row.status)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('x-weir-attempts')).toBe('1')
    expect(answer.headers.get('x-weir-served')).toBeNull()
    const target = `${row.provider ?? 'sim'}/${id}-${mode}-1`
    expect(errorOf(answer)).toMatchObject({ code: row.code, request_id: answer.id })
    expect(errorOf(answer).attempts).toMatchObject([{ target, failure: row.kind }])
    expect(answer.text).not.toMatch(/127\.0\.0\.1|Incorrect API key|may not use this model|deprecated/)
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      outcome: 'failed',
      status: row.status,
      error: row.code,
      assigned: 'first',
      served: null,
      cost_nano_usd: null,
      attempts: [{ variant: 'first', target, failure: row.kind }],
    })
  })
})

describe('a failure that is not walked past', () => {
  it.each(inBothModes(passedOn))('%s (%s) reaches the client as it came', async (id, mode, row) => {
    const answer = await ask(id, mode)
    expect(answer.status).toBe(row.status)
    expect(Object.keys(errorOf(answer)).toSorted()).toEqual(['code', 'message', 'param', 'type'])
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
    expect(answer.headers.get('x-weir-attempts')).toBe('1')
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      outcome: 'failed',
      status: row.status,
      served: null,
      attempts: [{ variant: 'first', failure: row.kind, status: row.status }],
    })
  })

  it('keeps the provider’s retry-after', async () => {
    expect((await ask('uncounted-429', 'plain')).headers.get('retry-after')).toBe('5')
  })
})

describe('every target rate limited', () => {
  it.each(inBothModes(limited))('%s (%s) is a 429 with a wait', async (id, mode, row) => {
    const answer = await ask(id, mode)
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe(row.seconds)
    expect(errorOf(answer)).toMatchObject({ code: 'upstream_rate_limited', type: 'rate_limit_error' })
    expect(errorOf(answer).attempts.map(attempt => [attempt.failure, attempt.status])).toEqual([
      ['rate_limited', 429],
      ['rate_limited', 429],
    ])
    expect(await setup.gateway.event(answer.id)).toMatchObject({
      status: 429,
      error: 'upstream_rate_limited',
    })
  })

  it('until a date is a 429 with the seconds to it', async () => {
    const wait = Number((await setup.caller.chat('limited-date')).headers.get('retry-after'))
    expect(wait).toBeGreaterThan(400)
    expect(wait).toBeLessThanOrEqual(600)
  })

  it('until a date that has passed is a 429 with the shortest wait', async () => {
    expect((await setup.caller.chat('limited-past')).headers.get('retry-after')).toBe('1')
  })
})

describe('targets failing in different ways', () => {
  it('end in the last error, with both attempts', async () => {
    const answer = await setup.caller.chat('limited-then-down')
    expect(answer.status).toBe(500)
    expect(errorOf(answer).attempts.map(attempt => attempt.failure)).toEqual(['rate_limited', 'server_error'])
  })

  it('end in a 503, not a 429, when only the last was rate limited: the client’s own rate is not the matter', async () => {
    const answer = await setup.caller.chat('down-then-limited')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(errorOf(answer).attempts.map(attempt => attempt.failure)).toEqual(['server_error', 'rate_limited'])
  })
})
