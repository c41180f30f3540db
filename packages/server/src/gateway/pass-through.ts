// Every /v1 path that is not split goes to the key's default provider as it is: files, audio, images, batches. What
// names something that a provider holds goes to that provider.
// Bodies are never parsed or collected, in either direction, but for the small answers that issue an id.
import type { Dispatcher } from 'undici'
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import type { Exchange } from './exchange.ts'
import type { Key } from './gateway.ts'
import { IssuedReader } from './issued-reader.ts'
import { isIssuing, passedProvider } from './issuer.ts'
import { type Refusal, refuse } from './refusal.ts'
import { type Finish, relayRefusal } from './relay.ts'
import { answerHeaders } from './respond.ts'
import type { WireUpstream } from './targets.ts'
import { passThroughHeaders } from './upstream-request.ts'

const CONNECT_AND_ANSWER_MS = 600_000

/** A provider's words about the gateway's own credential are not for the client. Its 404 is: the path is the client's. */
const CREDENTIAL_STATUS: ReadonlySet<number> = new Set([401, 402, 403])

export async function servePassThrough(exchange: Exchange, key: Key): Promise<Finish> {
  if (!exchange.path.startsWith('/v1/')) {
    return relayRefusal(
      exchange,
      refuse('unknown_path', `There is nothing at ${exchange.path}; the API is under /v1/.`),
    )
  }
  const provider = passedProvider(exchange, key)
  if (provider === null) {
    const message = `${exchange.path} is not split, and the key "${key.id}" has no \`default_provider\` to pass it on to.`
    return relayRefusal(exchange, refuse('unknown_path', message))
  }
  const upstream = exchange.gateway.targets.get(provider)
  if (upstream === undefined || upstream.headers === null) {
    return relayRefusal(
      exchange,
      refuse('upstream_credential', `The provider "${provider}" has no credential.`),
    )
  }
  if (upstream.kind === 'library') {
    const message = `${exchange.path} cannot be passed on to "${provider}", which a library speaks to.`
    return relayRefusal(exchange, refuse('unknown_path', message))
  }
  const uncounted =
    exchange.req.method === 'POST' ? exchange.spending?.checkUncounted(exchange.path) : undefined
  if (uncounted !== undefined) return relayRefusal(exchange, uncounted)
  exchange.passThrough = true
  const reader = isIssuing(exchange)
    ? new IssuedReader(ids => exchange.gateway.issuers.remember(key.tenant, ids, provider))
    : undefined
  return passThrough(exchange, upstream, reader)
}

function passThrough(
  exchange: Exchange,
  upstream: WireUpstream,
  reader: IssuedReader | undefined,
): Promise<Finish> {
  const { req } = exchange
  return new Promise(resolve => {
    const relay = new PassThroughRelay(exchange, reader, resolve)
    const hasBody =
      req.headers['content-length'] !== undefined || req.headers['transfer-encoding'] !== undefined
    const length = req.headers['content-length']
    const headers = passThroughHeaders(exchange, upstream)
    if (reader !== undefined) askUncompressed(headers)
    if (hasBody && length !== undefined) headers.push('content-length', length)
    if (hasBody) relay.watchUpload()
    upstream.pool.dispatch(
      {
        method: req.method as Dispatcher.HttpMethod,
        path: upstream.prefix + (req.url as string).slice('/v1'.length),
        headers,
        body: hasBody ? req : null,
        headersTimeout: CONNECT_AND_ANSWER_MS,
        bodyTimeout: CONNECT_AND_ANSWER_MS,
      },
      relay,
    )
  })
}

/** An answer that is to be read must not come compressed, whatever the client takes. */
function askUncompressed(headers: string[]): void {
  for (let at = headers.length - 2; at >= 0; at -= 2)
    if (headers[at] === 'accept-encoding') headers.splice(at, 2)
  headers.push('accept-encoding', 'identity')
}

/** Passes an answer on with back-pressure, keeping back only its last byte's chunk until the event is recorded. */
class PassThroughRelay implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange
  readonly #reader: IssuedReader | undefined
  readonly #done: (finish: Finish) => void
  #controller: Dispatcher.DispatchController | undefined
  #left = Number.POSITIVE_INFINITY
  #last: Buffer | undefined
  #started = false
  #stalled = false
  #slow: NodeJS.Timeout | undefined
  readonly #patience: number

  constructor(exchange: Exchange, reader: IssuedReader | undefined, done: (finish: Finish) => void) {
    this.#exchange = exchange
    this.#reader = reader
    this.#done = done
    this.#patience = exchange.active.snapshot.gateway.limits.slow_client
    exchange.whenGone(() => this.#abort('the client went away'))
    exchange.res.on('drain', () => {
      clearTimeout(this.#slow)
      this.#controller?.resume()
    })
  }

  /** Gives up on a client that stops sending. When bytes of its are waiting, it is the provider that does not take them. */
  watchUpload(): void {
    const { req } = this.#exchange
    req.setTimeout(this.#patience, () => {
      if (req.readableLength > 0) return
      this.#stalled = true
      this.#abort('the client stopped sending')
    })
    req.once('end', () => req.setTimeout(0))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#exchange.gone) controller.abort(new Error('the client went away'))
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || CREDENTIAL_STATUS.has(status)) return
    const exchange = this.#exchange
    this.#started = true
    exchange.status = status
    this.#reader?.begin(status, headers)
    const length = headers['content-length']
    const answer = answerHeaders(exchange, headers)
    if (typeof length === 'string') {
      this.#left = Number(length)
      answer.push('content-length', length)
    }
    exchange.res.writeHead(status, answer)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#started) return
    this.#reader?.take(chunk)
    this.#left -= chunk.length
    if (this.#left <= 0) this.#last = chunk
    else if (!this.#exchange.res.write(chunk)) this.#hold(controller)
  }

  #hold(controller: Dispatcher.DispatchController): void {
    controller.pause()
    clearTimeout(this.#slow)
    this.#slow = setTimeout(() => this.#exchange.res.destroy(), this.#patience)
  }

  onResponseEnd(): void {
    const exchange = this.#exchange
    this.#close()
    this.#reader?.end()
    if (this.#started) return this.#done(() => void exchange.res.end(this.#last))
    const message = "The provider does not accept this gateway's credential; its operator has to mend that."
    this.#done(relayRefusal(exchange, refuse('upstream_credential', message)))
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const exchange = this.#exchange
    this.#close()
    if (!this.#started) return this.#done(relayRefusal(exchange, this.#explain(error)))
    exchange.outcome = exchange.gone ? 'cancelled' : 'stream_broken'
    exchange.error = 'stream_broken'
    this.#done(() => void exchange.res.destroy())
  }

  #explain(error: Error): Refusal {
    if (this.#stalled) return refuse('body_incomplete', `No byte of the body came for ${this.#patience} ms.`)
    const reason = (error as NodeJS.ErrnoException).code ?? error.name
    return refuse('upstream_unreachable', `The provider could not be reached (${reason}).`)
  }

  #close(): void {
    clearTimeout(this.#slow)
    this.#exchange.whenGone(undefined)
  }

  #abort(reason: string): void {
    this.#controller?.abort(new Error(reason))
  }
}
