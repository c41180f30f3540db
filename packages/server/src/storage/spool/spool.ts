// The spool: events as NDJSON files under the data directory. One writer a worker; files are rotated by size and the
// oldest give way when the disk budget is used up. A request never waits for the disk's cache to be flushed.
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import type { RequestEvent } from '@weir/core/event'
import type { EventSink } from '../event-sink.ts'

export interface SpoolOptions {
  /** Directory of the files; created when it is missing. */
  readonly directory: string
  /** Tells this writer's files from others': they share no file. */
  readonly writer: string
  /** Bytes after which a new file is begun. */
  readonly fileSize?: number
  /** Bytes all files together may take; the oldest are deleted beyond it, which `onDropped` tells. */
  readonly budget?: number
  /** Milliseconds within which what was written is flushed to the disk itself. */
  readonly syncEvery?: number
  readonly onLost?: (error: unknown) => void
  readonly onDropped?: (file: string) => void
}

const FILE_SIZE = 64 * 2 ** 20
const BUDGET = 4 * 2 ** 30
const SYNC_EVERY_MS = 100

export class Spool implements EventSink {
  readonly #options: Required<SpoolOptions>
  #fd: number | undefined
  #size = 0
  #files = 0
  #lost = 0
  #lines: string[] = []
  #waiting: (() => void)[] = []
  #syncTimer: NodeJS.Timeout | undefined
  #scheduled: NodeJS.Immediate | undefined
  readonly #retiring = new Set<Promise<void>>()

  constructor(options: SpoolOptions) {
    this.#options = {
      fileSize: FILE_SIZE,
      budget: BUDGET,
      syncEvery: SYNC_EVERY_MS,
      onLost: () => {},
      onDropped: () => {},
      ...options,
    }
  }

  get lost(): number {
    return this.#lost
  }

  append(event: RequestEvent, written: () => void): void {
    this.#lines.push(JSON.stringify(event))
    this.#waiting.push(written)
    this.#scheduled ??= setImmediate(() => this.#flush())
  }

  async close(): Promise<void> {
    clearTimeout(this.#syncTimer)
    clearImmediate(this.#scheduled)
    this.#flush()
    if (this.#fd !== undefined) {
      fdatasyncSync(this.#fd)
      closeSync(this.#fd)
      this.#fd = undefined
    }
    await Promise.all(this.#retiring)
  }

  /** One write for all events of this turn of the event loop. */
  #flush(): void {
    this.#scheduled = undefined
    const lines = this.#lines
    const waiting = this.#waiting
    if (lines.length === 0) return
    this.#lines = []
    this.#waiting = []
    try {
      this.#write(Buffer.from(`${lines.join('\n')}\n`))
    } catch (error) {
      this.#lost += lines.length
      this.#options.onLost(error)
    }
    for (const written of waiting) written()
  }

  #write(bytes: Buffer): void {
    const fd = this.#open()
    let from = 0
    try {
      while (from < bytes.length) from += writeSync(fd, bytes, from)
    } catch (error) {
      // Half a line would spoil the next one: the file is left and a new one begun.
      this.#retire()
      throw error
    }
    this.#size += bytes.length
    this.#syncTimer ??= setTimeout(() => this.#sync(), this.#options.syncEvery)
    if (this.#size >= this.#options.fileSize) this.#retire()
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd
    const { directory, writer } = this.#options
    const name = `${Date.now().toString().padStart(15, '0')}-${writer}-${this.#files++}.ndjson`
    // Each time, since whoever tidies up may take the directory away under a running gateway.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#fd = openSync(join(directory, name), 'a', 0o600)
    this.#size = 0
    this.#makeRoom()
    return this.#fd
  }

  #retire(): void {
    const fd = this.#fd
    this.#fd = undefined
    clearTimeout(this.#syncTimer)
    this.#syncTimer = undefined
    if (fd === undefined) return
    const retired = new Promise<void>(resolve => {
      fdatasync(fd, error => {
        closeSync(fd)
        if (error !== null) this.#options.onLost(error)
        this.#retiring.delete(retired)
        resolve()
      })
    })
    this.#retiring.add(retired)
  }

  #sync(): void {
    this.#syncTimer = undefined
    if (this.#fd !== undefined) fdatasync(this.#fd, error => error !== null && this.#options.onLost(error))
  }

  /**
   * Deletes the oldest files beyond the budget, but no writer's newest one: it may be written to at this moment, and
   * what is written to a deleted file is gone. Other writers make room too, so a file may vanish under our hands.
   */
  #makeRoom(): void {
    const { directory, budget, fileSize } = this.#options
    const files = spoolFiles(directory).map(path => ({ path, size: sizeOf(path) }))
    const newest = new Set(new Map(files.map(file => [writerOf(file.path), file.path])).values())
    let total = files.reduce((sum, file) => sum + file.size, fileSize)
    for (const file of files) {
      if (total <= budget) return
      if (newest.has(file.path)) continue
      rmSync(file.path, { force: true })
      total -= file.size
      this.#options.onDropped(file.path)
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function writerOf(path: string): string {
  return basename(path).replace(/^\d+-|-\d+\.ndjson$/g, '')
}

/** The spool's files, oldest first. */
export function spoolFiles(directory: string): string[] {
  const names = readdirSync(directory).filter(name => name.endsWith('.ndjson'))
  return names.toSorted().map(name => join(directory, name))
}
