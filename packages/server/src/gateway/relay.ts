// Stage 6: the answer on its way to the client, with back-pressure. Relaying stops short of the last bytes: those go
// out only when the event has been recorded.
import type { StreamAnswer, StreamEnd } from './attempt.ts'
import { openBody } from './body-writer.ts'
import type { Exchange } from './exchange.ts'
import { type Failure, recordedCode, type UpstreamResponse } from './failure.ts'
import { rememberIssued } from './issuer.ts'
import { redactText } from './redact.ts'
import { type Refusal, refuse } from './refusal.ts'
import { answerHeaders, refusalFrame, sendRefusal, sendWhole, statusOf } from './respond.ts'
import { observeStreamEnd } from './target-health.ts'

/** Sends the last bytes of an answer. Called once the event is on its way to disk. */
export type Finish = () => void

/** A whole answer: nothing goes out before it is recorded. */
export function relayWhole(exchange: Exchange, answer: UpstreamResponse): Finish {
  if (exchange.committed === 'stream') {
    return relayRefusal(
      exchange,
      refuse('upstream_bad_answer', 'The provider did not stream although it was asked to.'),
    )
  }
  exchange.status = answer.status
  exchange.firstTokenMs = exchange.elapsed()
  return () => sendWhole(exchange.res, answer.status, answerHeaders(exchange, answer.headers), answer.body)
}

/** A provider's error that is the client's to mend, as it came. */
export function relayUpstreamError(exchange: Exchange, response: UpstreamResponse, failed: Failure): Finish {
  if (exchange.committed === 'stream') {
    return relayRefusal(exchange, refuse('upstream_error', failed.message))
  }
  exchange.status = response.status
  exchange.outcome = 'failed'
  exchange.error = recordedCode(failed) ?? failed.failure
  return () =>
    sendWhole(exchange.res, response.status, answerHeaders(exchange, response.headers), response.body)
}

/** The gateway's own error, as an answer or, when the client has been told 200, as the stream's last event. */
export function relayRefusal(exchange: Exchange, refusal: Refusal): Finish {
  exchange.outcome = exchange.attempts.length > 0 || exchange.passThrough ? 'failed' : 'refused'
  exchange.error = refusal.code
  if (exchange.committed === 'stream') {
    return () => void exchange.res.end(refusalFrame(exchange, refusal))
  }
  exchange.status = statusOf(refusal)
  return () => sendRefusal(exchange, refusal)
}

/** A stream: frames pass on as they come, until the provider is through, the stream breaks or the client leaves. */
export async function relayStream(exchange: Exchange, answer: StreamAnswer): Promise<Finish> {
  const { res } = exchange
  exchange.firstTokenMs = exchange.elapsed()
  // Its id is in the first frames: a client may go on with it before the stream is over.
  rememberIssued(exchange)
  openStream(exchange, answer)
  const end = await pump(exchange, answer)
  if (end.kind === 'gone') {
    exchange.outcome = 'cancelled'
    return () => void res.destroy()
  }
  if (end.kind === 'complete') {
    observeStreamEnd(exchange, 'complete')
    return () =>
      void res.end(answer.attempt.tail.length === 0 ? undefined : Buffer.concat(answer.attempt.tail))
  }
  const secrets = exchange.gateway.targets.secretsOf(exchange.served?.target.provider ?? '')
  const refusal = refuse('stream_broken', `The stream broke: ${redactText(end.reason, secrets)}.`)
  exchange.outcome = 'stream_broken'
  exchange.error = refusal.code
  reportBroken(exchange)
  return () => void res.end(refusalFrame(exchange, refusal))
}

function openStream(exchange: Exchange, answer: StreamAnswer): void {
  exchange.status = 200
  if (exchange.committed === 'stream') return
  exchange.status = answer.status
  exchange.res.writeHead(answer.status, answerHeaders(exchange, answer.headers))
}

function pump(exchange: Exchange, answer: StreamAnswer): Promise<StreamEnd | { readonly kind: 'gone' }> {
  const { res } = exchange
  const { attempt } = answer
  const patience = exchange.active.snapshot.gateway.limits.slow_client
  return new Promise(resolve => {
    let slow: NodeJS.Timeout | undefined
    const finish = (end: StreamEnd | { readonly kind: 'gone' }) => {
      clearTimeout(slow)
      exchange.whenGone(undefined)
      resolve(end)
    }
    exchange.whenGone(() => {
      attempt.cancel()
      finish({ kind: 'gone' })
    })
    if (exchange.gone) return (attempt.cancel(), finish({ kind: 'gone' }))
    const body = openBody(res, () => {
      clearTimeout(slow)
      attempt.resume()
    })
    const write = (bytes: Buffer) => {
      const flowing = body.write(bytes)
      if (!flowing) {
        clearTimeout(slow)
        slow = setTimeout(() => res.destroy(), patience)
      }
      return flowing
    }
    attempt.relay(write, finish)
  })
}

function reportBroken(exchange: Exchange): void {
  const { attempts } = exchange
  const last = attempts.at(-1)
  if (last !== undefined) attempts[attempts.length - 1] = { ...last, failure: 'stream_broken' }
  observeStreamEnd(exchange, 'broken')
}
