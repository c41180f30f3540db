// Reads the id of what a passed-through request has made, on the side, from an answer that is passed on as it comes.
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import { parseAnswer } from './whole-answer.ts'

/** Answers that describe one new thing are far smaller: bytes. */
const MAX_ANSWER = 64 * 1024

export class IssuedReader {
  readonly #issued: (ids: readonly string[]) => void
  /** Undefined while there is nothing to read, and from when on there is too much. */
  #chunks: Buffer[] | undefined
  #size = 0

  /** @param issued is told the ids when the answer is whole and before its last byte goes out */
  constructor(issued: (ids: readonly string[]) => void) {
    this.#issued = issued
  }

  begin(status: number, headers: IncomingHttpHeaders): void {
    const isJson = String(headers['content-type']).startsWith('application/json')
    if (status < 300 && isJson && headers['content-encoding'] === undefined) this.#chunks = []
  }

  take(chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > MAX_ANSWER) this.#chunks = undefined
    this.#chunks?.push(chunk)
  }

  end(): void {
    if (this.#chunks === undefined) return
    const parsed = parseAnswer(Buffer.concat(this.#chunks))
    if (parsed.kind === 'failure') return
    const { id, file } = parsed.body
    // A completed upload has become a file with an id of its own.
    const ids = [id, nestedId(file)].filter(isId)
    if (ids.length > 0) this.#issued(ids)
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function nestedId(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
}
