// The spool: events as NDJSON files under the data directory, until they are collected. One writer a worker; a file is
// sealed when it is large or old, and the oldest give way when the disk budget is used up. A request never waits for
// the disk's cache to be flushed.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordedEvent } from '@weir/core/event'
import type { EventFate, EventSink } from '../event-sink.ts'
import { dropOldest } from './drop-oldest.ts'
import { SpoolFile } from './spool-file.ts'
import { openName } from './spool-name.ts'

export interface SpoolOptions {
  /** Directory of the files; created when it is missing. */
  readonly directory: string
  /** Tells this writer's files from others', who share none with it; without `-`. */
  readonly writer: string
  /** Bytes after which a file is sealed. */
  readonly fileSize?: number
  /** Milliseconds after which a file is sealed if the one before has been collected. */
  readonly sealAfter?: number
  /** Bytes all files together may take; the oldest are deleted beyond it, which `onDropped` tells. */
  readonly budget?: number
  /** Milliseconds within which what was written is flushed to the disk itself. */
  readonly syncEvery?: number
  /** Events that could not be written; 0 when it was a flush or a rename that failed. */
  readonly onLost?: (events: number, error: unknown) => void
  readonly onDropped?: (events: number, file: string) => void
}

const DEFAULTS = {
  fileSize: 16 * 2 ** 20,
  sealAfter: 500,
  budget: 4 * 2 ** 30,
  syncEvery: 100,
  onLost: () => {},
  onDropped: () => {},
}

export class Spool implements EventSink {
  readonly #options: Required<SpoolOptions>
  readonly #run = randomBytes(4).toString('hex')
  #files = 0
  #file: SpoolFile | undefined
  /** The file that was sealed last, which may have been collected since. */
  #sealed: string | undefined
  #lost = 0
  #lines: string[] = []
  #waiting: ((fate: EventFate) => void)[] = []
  #scheduled: NodeJS.Immediate | undefined
  #syncTimer: NodeJS.Timeout | undefined
  #sealTimer: NodeJS.Timeout | undefined
  /** Sealed files that are still to be flushed, and what is being deleted. */
  readonly #unfinished = new Set<Promise<void>>()
  /** Whether a file was begun since it was last looked at how much room they take. */
  #isCrowded = false
  #dropping: Promise<void> | undefined

  constructor(options: SpoolOptions) {
    this.#options = { ...DEFAULTS, ...options }
  }

  get lost(): number {
    return this.#lost
  }

  append(event: RecordedEvent, written: (fate: EventFate) => void): void {
    this.#lines.push(JSON.stringify(event))
    this.#waiting.push(written)
    this.#scheduled ??= setImmediate(() => this.#flush())
  }

  /** Makes a batch of everything appended so far. */
  seal(): void {
    clearImmediate(this.#scheduled)
    this.#flush()
    this.#sealFile()
  }

  async close(): Promise<void> {
    this.seal()
    await Promise.all(this.#unfinished)
  }

  /** One write for all events of this turn of the event loop. */
  #flush(): void {
    this.#scheduled = undefined
    const lines = this.#lines
    const waiting = this.#waiting
    if (lines.length === 0) return
    this.#lines = []
    this.#waiting = []
    let fate: EventFate = 'written'
    try {
      this.#write(Buffer.from(`${lines.join('\n')}\n`))
    } catch (error) {
      fate = 'lost'
      this.#lost += lines.length
      this.#options.onLost(lines.length, error)
    }
    for (const written of waiting) written(fate)
  }

  #write(bytes: Buffer): void {
    const { fileSize, sealAfter, syncEvery } = this.#options
    this.#file ??= this.#begin()
    try {
      this.#file.append(bytes)
    } catch (error) {
      this.#sealFile()
      throw error
    }
    if (this.#file.size >= fileSize) return this.#sealFile()
    this.#syncTimer ??= setTimeout(() => this.#sync(), syncEvery)
    this.#sealTimer ??= setTimeout(() => this.#sealOld(), sealAfter).unref()
  }

  #begin(): SpoolFile {
    const { directory, writer } = this.#options
    const name = openName({ began: Date.now(), writer, run: this.#run, index: this.#files++ })
    // Each time, since whoever tidies up may take the directory away under a running gateway.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = new SpoolFile(join(directory, name))
    this.#makeRoom()
    return file
  }

  #sync(): void {
    this.#syncTimer = undefined
    this.#file?.sync(error => error !== null && this.#options.onLost(0, error))
  }

  /** While nobody collects, files grow: a day without a store leaves a few large ones, not thousands of small ones. */
  #sealOld(): void {
    this.#sealTimer = undefined
    if (this.#sealed === undefined || !existsSync(this.#sealed)) this.#sealFile()
    else this.#sealTimer = setTimeout(() => this.#sealOld(), this.#options.sealAfter).unref()
  }

  #sealFile(): void {
    clearTimeout(this.#syncTimer)
    clearTimeout(this.#sealTimer)
    this.#syncTimer = undefined
    this.#sealTimer = undefined
    const file = this.#file
    this.#file = undefined
    if (file === undefined) return
    try {
      this.#sealed = file.seal() ?? this.#sealed
    } catch (error) {
      // It is sealed when the program starts again.
      this.#options.onLost(0, error)
    }
    this.#finish(retire(file), error => this.#options.onLost(0, error))
  }

  /** Deletes the oldest sealed files beyond the budget, beside the work. */
  #makeRoom(): void {
    this.#isCrowded = true
    if (this.#dropping !== undefined) return
    this.#dropping = this.#dropOldest().finally(() => {
      this.#dropping = undefined
    })
    this.#finish(this.#dropping, error => this.#options.onLost(0, error))
  }

  async #dropOldest(): Promise<void> {
    const { directory, budget, fileSize, onDropped } = this.#options
    while (this.#isCrowded) {
      this.#isCrowded = false
      await dropOldest(directory, budget - fileSize, (events, file) => {
        this.#lost += events
        onDropped(events, file)
      })
    }
  }

  #finish(work: Promise<void>, failed: (error: unknown) => void): void {
    const finished = work.catch(failed).finally(() => this.#unfinished.delete(finished))
    this.#unfinished.add(finished)
  }
}

function retire(file: SpoolFile): Promise<void> {
  return new Promise((resolve, reject) => {
    file.retire(error => (error === null ? resolve() : reject(error)))
  })
}
