// The facts of a request as conditions and units see them; costly ones are computed when first asked for.
import type { IncomingHttpHeaders } from 'node:http'
import type { UnitSource } from '@weir/core/config'
import type { Attributes } from '@weir/core/expression'
import type { ActiveRouter, ActiveSnapshot, DecisionRequest, Issuer } from '@weir/core/routing'
import Bowser from 'bowser'
import type { Endpoint, JsonObject, RequestFacts } from '../provider/wire-format.ts'
import type { Key } from './gateway.ts'
import { singleHeader } from './header.ts'
import { fingerprint } from './identity.ts'
import type { Body } from './read.ts'

const BYTES_PER_TOKEN = 4
const NO_METADATA: JsonObject = {}

/** Where a request comes from: an exchange, or a request that is only explained. */
export interface RequestOrigin {
  readonly active: ActiveSnapshot
  readonly headers: IncomingHttpHeaders
  readonly endpoint: Endpoint | undefined
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What decide() asks of one request. */
export class GatewayRequest implements DecisionRequest {
  readonly model: string
  readonly endpoint: string
  readonly override: string | undefined
  readonly issuer: Issuer | null
  readonly #origin: RequestOrigin
  readonly #facts: RequestFacts
  readonly #key: Key
  readonly #body: Body

  constructor(origin: RequestOrigin, key: Key, body: Body, facts: RequestFacts, issuer: Issuer | null) {
    this.model = body.model
    this.endpoint = origin.endpoint?.name ?? ''
    this.issuer = issuer
    this.override = singleHeader(origin.headers, 'x-weir-variant')
    this.#origin = origin
    this.#facts = facts
    this.#key = key
    this.#body = body
  }

  attributesFor(router: ActiveRouter): Attributes {
    return new RequestAttributes(this.#origin, this.#key, this.#body, this.#facts, router, this)
  }

  unit(source: UnitSource): string | undefined {
    switch (source) {
      case 'user':
        return this.#facts.user
      case 'conversation_id':
        return this.#facts.conversationId
      case 'conversation':
        return fingerprint(`${this.#key.id}\n${this.#facts.opening()}`)
      case 'key':
        return this.#key.id
      case 'request':
        return this.#requestUnit()
      default:
        return this.#namedUnit(source)
    }
  }

  /** A client's own id seeds the draw, so that a retry by its SDK lands on the same variant. */
  #requestUnit(): string {
    const { headers, requestId } = this.#origin
    return singleHeader(headers, 'idempotency-key') ?? singleHeader(headers, 'x-weir-request-id') ?? requestId
  }

  #namedUnit(source: string): string | undefined {
    if (source.startsWith('header:'))
      return singleHeader(this.#origin.headers, source.slice('header:'.length).toLowerCase())
    if (source.startsWith('cookie:'))
      return readCookie(singleHeader(this.#origin.headers, 'cookie'), source.slice('cookie:'.length))
    return readPath(this.#facts.metadata, source.slice('metadata.'.length).split('.'))
  }
}

class RequestAttributes implements Attributes {
  readonly model: string
  readonly endpoint: string
  readonly stream: boolean
  readonly metadata: JsonObject
  readonly key: Attributes['key']
  readonly region: string | undefined
  readonly #origin: RequestOrigin
  readonly #facts: RequestFacts
  readonly #bytes: number
  readonly #router: ActiveRouter
  readonly #request: GatewayRequest

  constructor(
    origin: RequestOrigin,
    key: Key,
    body: Body,
    facts: RequestFacts,
    router: ActiveRouter,
    request: GatewayRequest,
  ) {
    this.model = body.model
    this.endpoint = request.endpoint
    this.stream = facts.stream
    this.metadata = facts.metadata ?? NO_METADATA
    this.key = key
    this.region = origin.active.snapshot.gateway.region
    this.#origin = origin
    this.#facts = facts
    this.#bytes = body.bytes
    this.#router = router
    this.#request = request
  }

  get has_tools(): boolean {
    return this.#facts.hasTools
  }

  get has_images(): boolean {
    return this.#facts.hasImages
  }

  /** A quarter of the body's bytes: right within a factor of two for prose, and free. */
  get prompt_tokens_estimate(): number {
    return Math.ceil(this.#bytes / BYTES_PER_TOKEN)
  }

  get headers(): Record<string, string> {
    const allowed = this.#origin.active.snapshot.gateway.attribute_headers
    return Object.fromEntries(allowed.flatMap(name => pair(name, singleHeader(this.#origin.headers, name))))
  }

  get device(): Attributes['device'] {
    const agent = singleHeader(this.#origin.headers, 'user-agent')
    if (agent === undefined || agent === '') return { type: undefined, os: undefined, browser: undefined }
    const { platform, os, browser } = Bowser.parse(agent)
    return { type: platform.type, os: os.name?.toLowerCase(), browser: browser.name?.toLowerCase() }
  }

  get now(): Attributes['now'] {
    return clockIn(this.#router.timeZone, this.#origin.at)
  }

  get unit(): Attributes['unit'] {
    for (const source of this.#router.units) {
      const id = this.#request.unit(source)
      if (id !== undefined && id !== '') return { kind: source, id }
    }
    return { kind: 'request', id: this.#request.unit('request') ?? '' }
  }
}

function pair(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]]
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function clockIn(zone: string, at: number): Attributes['now'] {
  let clock = clocks.get(zone)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: 'numeric',
      weekday: 'long',
      hourCycle: 'h23',
    })
    clocks.set(zone, clock)
  }
  const parts = Object.fromEntries(clock.formatToParts(at).map(part => [part.type, part.value]))
  return {
    hour: Number(parts.hour),
    weekday: (parts.weekday ?? '').toLowerCase() as Attributes['now']['weekday'],
  }
}

function readCookie(cookies: string | undefined, name: string): string | undefined {
  const prefix = `${name}=`
  const found = cookies?.split(';').find(cookie => cookie.trimStart().startsWith(prefix))
  return found?.trimStart().slice(prefix.length)
}

/** A string or number at a path of the metadata. */
function readPath(metadata: JsonObject | undefined, path: readonly string[]): string | undefined {
  let value: unknown = metadata
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as JsonObject)[part]
  }
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}
