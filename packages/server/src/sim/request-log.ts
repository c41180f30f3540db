// What the simulated provider saw, for tests: the last requests, bounded in number and bytes, and counters.
import type { IncomingHttpHeaders } from 'node:http'

export type SimRequest = {
  readonly method: string
  /** Path and query as received. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export type SimStats = {
  /** Requests whose body has arrived whole. */
  requests: number
  /** Answers with a status of 400 or more. */
  errors: number
  /** Requests for a stream that were not refused. */
  streams: number
  /** Server-sent frames written. */
  frames: number
  /** Answers left unfinished on purpose, socket open. */
  hangs: number
  /** Sockets destroyed on purpose. */
  breaks: number
  /** Requests, streams included, whose client left before the end. */
  aborted: number
  /** Requests for each configured model. */
  readonly models: Record<string, number>
}

export const startStats = (): SimStats => ({
  requests: 0,
  errors: 0,
  streams: 0,
  frames: 0,
  hangs: 0,
  breaks: 0,
  aborted: 0,
  models: {},
})

export type RequestLog = {
  readonly requests: readonly SimRequest[]
  add(request: SimRequest): void
}

/** The oldest are dropped past `limit` requests or `byteLimit` bytes of bodies; the last one always stays. */
export const openRequestLog = (limit = 1000, byteLimit = 64 * 1024 * 1024): RequestLog => {
  const requests: SimRequest[] = []
  let bytes = 0
  return {
    requests,
    add: request => {
      requests.push(request)
      bytes += request.body.length
      while (requests.length > 1 && (requests.length > limit || bytes > byteLimit)) {
        bytes -= requests.shift()?.body.length ?? 0
      }
    },
  }
}
