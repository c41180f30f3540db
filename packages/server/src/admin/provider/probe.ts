// One request to a provider, to see whether it can be reached: bounded in time, never redirected, and of the answer only
// the status is looked at.
import { performance } from 'node:perf_hooks'
import { Agent, errors, request } from 'undici'
import type { PrivateNetworks } from '../../network/base-url.ts'
import { AddressRefusedError, checkedConnector } from '../../network/checked-lookup.ts'

export interface ProbeRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly networks: PrivateNetworks
}

export type ProbeResult =
  | { readonly kind: 'answered'; readonly status: number; readonly ms: number }
  | { readonly kind: 'failed'; readonly error: ProbeFailure; readonly ms: number }

export type ProbeFailure = 'address_refused' | 'dns' | 'timeout' | 'tls' | 'unreachable'

/** Never rejects. */
export type Probe = (asked: ProbeRequest) => Promise<ProbeResult>

const TIMEOUT_MS = 10_000

export const probe: Probe = async ({ method, url, headers, body, networks }) => {
  const began = performance.now()
  const elapsed = () => Math.round(performance.now() - began)
  const dispatcher = new Agent({ connect: checkedConnector({ timeout: TIMEOUT_MS }, () => networks) })
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const answer = await request(url, { method, headers, body: body ?? null, signal, dispatcher })
    answer.body.on('error', () => {})
    answer.body.destroy()
    return { kind: 'answered', status: answer.statusCode, ms: elapsed() }
  } catch (error) {
    return { kind: 'failed', error: failureOf(error), ms: elapsed() }
  } finally {
    await dispatcher.destroy()
  }
}

function failureOf(error: unknown): ProbeFailure {
  if (error instanceof AddressRefusedError) return 'address_refused'
  if (error instanceof errors.ConnectTimeoutError) return 'timeout'
  const { name, code = '' } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError' || name === 'AbortError') return 'timeout'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dns'
  return /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code) ? 'tls' : 'unreachable'
}
