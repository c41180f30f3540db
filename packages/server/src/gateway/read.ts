// Stage 3: the body, read up to a limit and parsed once.

import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { JsonObject } from '../provider/wire-format.ts'
import { LimitTimer } from './limit-timer.ts'
import { type Refusal, refuse } from './refusal.ts'

export interface Body {
  readonly kind: 'body'
  readonly text: string
  /** Of the body as sent. */
  readonly bytes: number
  readonly json: JsonObject
  readonly model: string
}

export interface ObjectBody {
  readonly kind: 'object'
  readonly text: string
  readonly json: JsonObject
}

/** Longer than any name a config can hold; an endless one would make endless events. */
const MAX_MODEL_NAME = 512

/** How much of a too large body is read away so that the client gets to see the 413: bytes. */
const DISCARD_LIMIT = 256 * 2 ** 20

/**
 * Reads and checks a body that names a model.
 *
 * @param limit bytes; 413 beyond it
 * @param patience milliseconds the client may pause
 */
export function readBody(
  req: IncomingMessage,
  limit: number,
  patience: number,
): Promise<Body | Refusal> | Refusal {
  return readBytes(req, limit, patience, parseBody)
}

/** Reads a body that is any JSON object. */
export function readObject(
  req: IncomingMessage,
  limit: number,
  patience: number,
): Promise<ObjectBody | Refusal> | Refusal {
  return readBytes(req, limit, patience, parseObjectBody)
}

function readBytes<T>(
  req: IncomingMessage,
  limit: number,
  patience: number,
  parse: (bytes: Buffer) => T | Refusal,
): Promise<T | Refusal> | Refusal {
  const encoding = req.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return refuse('body_encoding', `The body has content-encoding "${encoding}"; send it uncompressed.`)
  }
  return collect(req, limit, patience).then(bytes => (Buffer.isBuffer(bytes) ? parse(bytes) : bytes))
}

/** Checks and parses the bytes of a whole body that names a model. */
export function parseBody(bytes: Buffer): Body | Refusal {
  const parsed = parseObjectBody(bytes)
  return parsed.kind === 'refusal' ? parsed : checkBody(parsed, bytes.length)
}

function parseObjectBody(bytes: Buffer): ObjectBody | Refusal {
  if (!isUtf8(bytes)) return refuse('body_not_utf8', 'The body is not valid UTF-8.')
  const text = bytes.toString('utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    const reason = bytes.length === 0 ? 'it is empty' : error instanceof Error ? error.message : String(error)
    return refuse('body_not_json', `The body is not valid JSON: ${reason}.`)
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refuse('body_invalid', 'The body must be a JSON object.')
  }
  return { kind: 'object', text, json: json as JsonObject }
}

function checkBody({ text, json }: ObjectBody, bytes: number): Body | Refusal {
  const { model, stream } = json
  if (model === undefined)
    return refuse('model_missing', 'The body has no `model`: name a router or a model.', 'model')
  if (typeof model !== 'string' || model === '') {
    return refuse(
      'body_invalid',
      '`model` must be a non-empty string: the name of a router or a model.',
      'model',
    )
  }
  if (model.length > MAX_MODEL_NAME) {
    return refuse('body_invalid', `\`model\` is longer than ${MAX_MODEL_NAME} characters.`, 'model')
  }
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    return refuse('body_invalid', '`stream` must be true or false.', 'stream')
  }
  return { kind: 'body', text, bytes, json, model }
}

function collect(req: IncomingMessage, limit: number, patience: number): Promise<Buffer | Refusal> {
  // A client that left while it waited in the queue: nothing will be told of it any more.
  if (req.destroyed) return Promise.resolve(closedEarly())
  if (Number(req.headers['content-length'] ?? 0) > limit) return discard(req, limit, patience)
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    const expected = Number(req.headers['content-length'] ?? Number.POSITIVE_INFINITY)
    let size = 0
    const finish = (result: Buffer | Refusal | Promise<Refusal>) => {
      timer.stop()
      req.off('data', take)
      req.off('end', whole)
      resolve(result)
    }
    const timer = new LimitTimer((_, ms) =>
      finish(refuse('body_incomplete', `No byte of the body came for ${ms} ms.`)),
    )
    timer.limitStep('body', patience)
    const whole = () => finish(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) return finish(discard(req, limit, patience))
      chunks.push(chunk)
      if (size >= expected) whole()
      else timer.touch()
    }
    req.on('data', take)
    req.once('end', whole)
    req.once('close', () => finish(closedEarly()))
  })
}

function closedEarly(): Refusal {
  return refuse('body_incomplete', 'The connection closed before the body was complete.')
}

/**
 * Reads the rest of a too large body away, so that the refusal reaches a client that only reads once it has written.
 * Bounded in bytes and in pauses: then the answer goes out all the same and the connection is closed.
 */
function discard(req: IncomingMessage, limit: number, patience: number): Promise<Refusal> {
  const refusal = refuse('body_too_large', `The body is larger than the limit of ${limit} bytes.`)
  return new Promise(resolve => {
    let size = 0
    const finish = () => {
      clearTimeout(timer)
      req.off('data', count)
      req.resume()
      resolve(refusal)
    }
    const timer = setTimeout(finish, patience)
    const count = (chunk: Buffer) => {
      size += chunk.length
      if (size > DISCARD_LIMIT) finish()
      else timer.refresh()
    }
    req.on('data', count)
    req.once('end', finish)
    req.once('close', finish)
  })
}
