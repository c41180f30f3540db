// Sends an answer: waits as the model would, writes it out, and spoils it as asked.
import type { ServerResponse } from 'node:http'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Answer, DocumentAnswer, Frame, StreamAnswer } from './answer.ts'
import { errorBody, errorOfStatus, type WireFormat } from './error.ts'
import type { Directives } from './header.ts'
import { type Encoding, type Outlet, openOutlet } from './outlet.ts'
import type { Pacer } from './pacer.ts'
import type { SimStats } from './request-log.ts'
import { type Ending, stageFrames } from './staging.ts'

export type Exchange = {
  readonly response: ServerResponse
  readonly wire: WireFormat
  readonly requestId: string
  readonly directives: Directives
  readonly pacer: Pacer
  readonly stats: SimStats
}

/** At most this many characters go out in one write, so that a fast answer still feels back-pressure. */
const BATCH_LIMIT = 65_536

const HTML =
  '<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n'

export const deliver = (exchange: Exchange, answer: Answer): void => {
  const { directives, stats } = exchange
  const rendered = render(exchange, answer)
  if (rendered.kind === 'document' && rendered.status >= 400) stats.errors++
  if (directives.hang === 'headers') {
    stats.hangs++
    return
  }
  if (directives.break === 'before_headers') return breakOff(exchange)
  if (rendered.kind === 'stream') return playStream(exchange, rendered)
  later(exchange, rendered.afterMs, () => void sendDocument(exchange, rendered))
}

/** Turns an error into its document, and an answer into what is put in its place. */
const render = (exchange: Exchange, answer: Answer): DocumentAnswer | StreamAnswer => {
  const { directives } = exchange
  const whole = answer.kind === 'error' ? errorDocument(exchange, answer) : answer
  if (directives.ok_error_body)
    return { ...errorDocument(exchange, errorOfStatus(500)), status: 200, afterMs: waitOf(whole) }
  if (directives.html) return { ...replaced(whole, HTML), contentType: 'text/html; charset=utf-8' }
  return directives.empty && whole.kind === 'document' ? replaced(whole, '') : whole
}

const errorDocument = (exchange: Exchange, error: Extract<Answer, { kind: 'error' }>): DocumentAnswer => ({
  kind: 'document',
  status: error.status,
  headers: error.headers,
  contentType: 'application/json',
  body: JSON.stringify(errorBody(exchange.wire, error, exchange.requestId)),
  afterMs: error.afterMs,
})

const waitOf = (answer: DocumentAnswer | StreamAnswer): number =>
  answer.kind === 'stream' ? answer.pace.firstTokenMs : answer.afterMs

const replaced = (answer: DocumentAnswer | StreamAnswer, body: string): DocumentAnswer => ({
  kind: 'document',
  status: answer.kind === 'document' ? answer.status : 200,
  headers: answer.kind === 'document' ? answer.headers : {},
  contentType: 'application/json',
  body,
  afterMs: waitOf(answer),
})

const later = (exchange: Exchange, afterMs: number, run: () => void): void => {
  if (afterMs <= 0) return run()
  const cancel = exchange.pacer.at(exchange.pacer.now() + afterMs, run)
  exchange.response.once('close', cancel)
}

const ID_HEADERS: Readonly<Record<WireFormat, (id: string) => Record<string, string>>> = {
  openai: id => ({ 'x-request-id': id, 'openai-version': '2020-10-01' }),
  anthropic: id => ({ 'request-id': id }),
  google: () => ({}),
}

const headersOf = (exchange: Exchange): Record<string, string> => ({
  ...ID_HEADERS[exchange.wire](exchange.requestId),
  ...(exchange.directives.encoding ? { 'content-encoding': exchange.directives.encoding } : {}),
})

/** Lets what was written reach the client, then destroys the socket. */
const breakOff = (exchange: Exchange): void => {
  exchange.stats.breaks++
  setImmediate(() => exchange.response.socket?.destroySoon())
}

const packWhole = (bytes: Buffer, encoding: Encoding | undefined): Buffer => {
  if (encoding === undefined) return bytes
  return encoding === 'gzip' ? gzipSync(bytes) : brotliCompressSync(bytes)
}

const sendDocument = async (exchange: Exchange, answer: DocumentAnswer): Promise<void> => {
  const { response, directives } = exchange
  const whole = Buffer.from(answer.body)
  const kept = directives.truncate ? whole.subarray(0, Math.floor(whole.length / 2)) : whole
  const bytes = packWhole(kept, directives.encoding)
  response.writeHead(answer.status, {
    ...headersOf(exchange),
    ...answer.headers,
    'content-type': answer.contentType,
    'content-length': bytes.length,
  })
  const cut = bytesBeforeFault(bytes, directives)
  if (cut === null && directives.split === undefined) {
    response.end(bytes)
    return
  }
  response.flushHeaders()
  const outlet = openOutlet(response, undefined, directives.split)
  await outlet.write(bytes.subarray(0, cut ?? bytes.length))
  if (cut === null) outlet.end()
  else finish(exchange, outlet, directives.break ? 'break' : 'stall')
}

/** How much of a document goes out before it hangs or breaks; null when it does neither. */
const bytesBeforeFault = (bytes: Buffer, directives: Directives): number | null => {
  if (directives.hang === 'first_token' || directives.break === 'after_headers') return 0
  if (directives.hang === 'mid' || directives.break === 'mid') return Math.floor(bytes.length / 2)
  return null
}

const finish = (exchange: Exchange, outlet: Outlet, ending: Ending): void => {
  if (ending === 'eof') return outlet.end()
  if (ending === 'break') return breakOff(exchange)
  exchange.stats.hangs++
}

const openStream = (exchange: Exchange): Outlet => {
  const { response, directives } = exchange
  response.writeHead(200, {
    ...headersOf(exchange),
    'content-type': exchange.wire === 'openai' ? 'text/event-stream; charset=utf-8' : 'text/event-stream',
    'cache-control': 'no-cache',
  })
  response.flushHeaders()
  return openOutlet(response, directives.encoding, directives.split)
}

/** Frames that are due together go out in one write; each is due when the model would have made it. */
const playStream = (exchange: Exchange, answer: StreamAnswer): void => {
  const { pacer, response, directives, stats } = exchange
  const { firstTokenMs, tokenMs } = answer.pace
  const steps = stageFrames(answer, directives)
  const start = pacer.now()
  let tokens = 0
  let step = steps.next()
  let outlet: Outlet | null = null
  let cancel = () => {}
  response.once('close', () => cancel())

  const dueOf = (frame: Frame | null) =>
    frame?.phase === 'early' ? start : start + firstTokenMs + tokens * tokenMs
  const nextDue = () => dueOf(step.done ? null : step.value)
  const takeDue = () => {
    const now = pacer.now()
    let batch = ''
    while (!step.done && dueOf(step.value) <= now && batch.length < BATCH_LIMIT) {
      batch += step.value.text
      tokens += step.value.tokens
      stats.frames++
      step = steps.next()
    }
    return directives.crlf ? batch.replaceAll('\n', '\r\n') : batch
  }
  const proceed = () => {
    if (response.destroyed) return
    if (step.done && outlet) return finish(exchange, outlet, step.value)
    cancel = pacer.at(nextDue(), advance)
  }
  const advance = () => {
    if (response.destroyed) return
    outlet ??= openStream(exchange)
    if (directives.break === 'after_headers') return breakOff(exchange)
    const batch = takeDue()
    const wait = batch === '' ? undefined : outlet.write(batch)
    if (wait) void wait.then(proceed)
    else proceed()
  }
  if (nextDue() <= start) advance()
  else cancel = pacer.at(nextDue(), advance)
}
