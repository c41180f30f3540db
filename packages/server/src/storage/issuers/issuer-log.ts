// Issuers in files: each worker appends to files of its own and reads those of the others when it is asked for an id
// that it does not know. An id is on disk before the answer that issued it has gone out whole.
import { hash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Issuers } from '../issuers.ts'
import { filesOf, IssuerReader, issuerFile, issuerFiles, sequenceOf } from './issuer-files.ts'
import { END_OF_TORN_LINE, formatEntry } from './issuer-line.ts'
import { IssuerMap } from './issuer-map.ts'

export interface IssuerLogOptions {
  /** Directory of the files; created with the first entry. */
  readonly directory: string
  /** Tells this writer's files from others'. */
  readonly writer: string
  /** The installation's secret: without it nobody can tell from a digest whether it is some id's. */
  readonly secret: Buffer
  /** Entries kept in memory, and at least that many in a writer's files. */
  readonly capacity?: number
  /** Called when files cannot be written, or cannot be read, once until it works again. */
  readonly onTrouble?: (error: unknown) => void
}

/** Some 10 MB of memory. */
export const CAPACITY = 100_000

const DIGEST_BYTES = 16

/** Who is seldom asked for what it does not know would have much to read then, and nothing else to do meanwhile. */
const READ_EVERY_MS = 1000

export class IssuerLog implements Issuers {
  readonly #directory: string
  readonly #writer: string
  readonly #secret: string
  readonly #capacity: number
  readonly #onTrouble: (error: unknown) => void
  readonly #known: IssuerMap
  readonly #reader: IssuerReader
  /** Files this writer has begun, in order: what is in them it knows. */
  readonly #own = new Set<string>()
  readonly #readTimer: NodeJS.Timeout
  #fd: number | undefined
  #written = 0
  /** What has to come before the next line: a write that failed may have left half of one. */
  #tornEnd = ''
  readonly #troubled = new Set<'read' | 'write'>()

  constructor(options: IssuerLogOptions) {
    const { directory, writer, secret, capacity = CAPACITY, onTrouble = () => {} } = options
    const known = new IssuerMap(capacity)
    this.#directory = directory
    this.#writer = writer
    this.#secret = secret.toString('hex')
    this.#capacity = capacity
    this.#onTrouble = onTrouble
    this.#known = known
    this.#reader = new IssuerReader(directory, entry => known.set(entry.digest, entry.provider))
    this.#readOthers()
    this.#readTimer = setInterval(() => this.#readOthers(), READ_EVERY_MS).unref()
  }

  find(tenant: string, ids: readonly string[]): string | undefined {
    const digests = ids.map(id => this.#digest(tenant, id))
    const [first] = digests
    if (first !== undefined && !this.#known.has(first)) this.#readOthers()
    for (const digest of digests) {
      const provider = this.#known.use(digest)
      if (provider !== undefined) return provider
    }
    return undefined
  }

  remember(tenant: string, ids: readonly string[], provider: string): void {
    const at = Date.now()
    const digests = ids.map(id => this.#digest(tenant, id))
    for (const digest of digests) this.#known.set(digest, provider)
    const lines = digests.map(digest => formatEntry({ at, digest, provider }))
    this.#attempt('write', () => this.#write(lines))
  }

  close(): void {
    clearInterval(this.#readTimer)
    this.#endFile()
  }

  #endFile(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  /** SHA-256 over the secret first, cut to half: what is cut off leaves nothing to extend. A tenant has no colon. */
  #digest(tenant: string, id: string): string {
    const digest = hash('sha256', `${this.#secret}:issuer:${tenant}:${id}`, 'buffer')
    return digest.toString('base64url', 0, DIGEST_BYTES)
  }

  #readOthers(): void {
    this.#attempt('read', () => this.#reader.readOn(this.#own))
  }

  #write(lines: readonly string[]): void {
    const fd = this.#open()
    const bytes = Buffer.from(this.#tornEnd + lines.join(''), 'latin1')
    this.#tornEnd = END_OF_TORN_LINE
    for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from)
    this.#tornEnd = ''
    this.#written += lines.length
    if (this.#written >= this.#capacity) this.#beginAnother()
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    const earlier = filesOf(this.#writer, issuerFiles(this.#directory))
    const file = issuerFile(this.#writer, sequenceOf(earlier.at(-1) ?? '') + 1)
    this.#own.add(file)
    this.#fd = openSync(join(this.#directory, file), 'ax', 0o600)
    this.#written = 0
    return this.#fd
  }

  /** The file at hand holds as many entries as are kept: whatever this writer wrote before it has given way. */
  #beginAnother(): void {
    this.#endFile()
    const files = filesOf(this.#writer, issuerFiles(this.#directory))
    for (const old of files.slice(0, -1)) rmSync(join(this.#directory, old), { force: true })
  }

  #attempt(what: 'read' | 'write', access: () => void): void {
    try {
      access()
      this.#troubled.delete(what)
    } catch (error) {
      if (!this.#troubled.has(what)) this.#onTrouble(error)
      this.#troubled.add(what)
    }
  }
}
