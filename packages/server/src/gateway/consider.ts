// A request that is only thought through: the same reading and deciding as for a real one, with nobody called.
import type { IncomingHttpHeaders } from 'node:http'
import type { Snapshot } from '@weir/core/config'
import { activate, type Decision, decide, type Undecided } from '@weir/core/routing'
import type { WireFormats } from '../provider/wire-format.ts'
import type { IssuerLookup } from '../storage/issuers.ts'
import { GatewayRequest, type RequestOrigin } from './attributes.ts'
import { checkDecision, keyOptions } from './check-decision.ts'
import { readRequest } from './extra-body.ts'
import { findIssuer } from './issuer.ts'
import { parseBody } from './read.ts'
import { type Refusal, refuse } from './refusal.ts'

export interface ConsideredRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Id of the key that calls; default: the first of the config. */
  readonly key?: string
  /** Who issued what; default: nobody anything. */
  readonly issuers?: IssuerLookup
  /** Milliseconds since the epoch. */
  readonly at: number
}

const NOBODY: IssuerLookup = { find: () => undefined }

export type Considered = Decision | Undecided | Refusal

export function considerRequest(
  formats: WireFormats,
  snapshot: Snapshot,
  request: ConsideredRequest,
): Considered {
  const endpoint = formats.endpoints.get(request.path)
  if (endpoint === undefined)
    return refuse('unknown_path', `${request.path} is not split; it passes through.`)
  const key = snapshot.keys.find(candidate => request.key === undefined || candidate.id === request.key)
  if (key === undefined) return refuse('key_unknown', `The config has no key "${request.key ?? ''}".`)
  const sent = parseBody(request.body)
  if (sent.kind === 'refusal') return sent
  const { body, facts } = readRequest(endpoint, sent)
  const { headers, at } = request
  const origin: RequestOrigin = {
    active: activate(snapshot),
    headers,
    endpoint,
    requestId: 'wr_explained',
    at,
  }
  const issuer = findIssuer(request.issuers ?? NOBODY, endpoint, body.json, key.tenant)
  const asked = new GatewayRequest(origin, key, body, facts, issuer)
  const decided = decide(origin.active, asked, keyOptions(key))
  const checked = checkDecision(decided, asked, key)
  return decided.kind === 'decision' ? checked : decided
}
