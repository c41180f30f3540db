// Files of events on their way out of and into the program: in a directory of their own, and only for as long as it takes.
import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  type EventFile,
  EventFileError,
  type EventStore,
  type ExportQuery,
  type IngestReport,
} from '../../storage/event-store.ts'

export interface ExchangeStore extends Pick<EventStore, 'export' | 'import'> {
  /** Whatever was answered before is in the store when it resolves. */
  settle(): Promise<void>
}

export interface ExportedFile {
  /** To be closed by who reads it; there is no name left by which anyone else could. */
  readonly file: FileHandle
  readonly bytes: number
  readonly events: number
}

export class EventExchange {
  readonly #store: ExchangeStore
  readonly #directory: string

  /** @param directory - for nothing else: files are in it while the store writes or reads them */
  constructor(store: ExchangeStore, directory: string) {
    this.#store = store
    this.#directory = directory
  }

  /** @throws EventStoreUnavailableError; EventFileError when there is no room for the file */
  async export(query: Omit<ExportQuery, 'path'>): Promise<ExportedFile> {
    const path = this.#newPath()
    try {
      await this.#store.settle()
      const events = await this.#store.export({ ...query, path })
      const file = await open(path)
      const { size: bytes } = await file.stat()
      return { file, bytes, events }
    } catch (error) {
      throw withoutPath(error, path)
    } finally {
      await rm(path, { force: true })
    }
  }

  /** @throws EventStoreUnavailableError; EventFileError when what was sent is no export of events */
  async import(source: Readable, format: EventFile['format']): Promise<IngestReport> {
    const path = this.#newPath()
    try {
      await pipeline(source, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
      return await this.#store.import({ path, format })
    } catch (error) {
      throw withoutPath(error, path)
    } finally {
      await rm(path, { force: true })
    }
  }

  #newPath(): string {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    return join(this.#directory, randomUUID())
  }
}

/** Where we put it is nobody's business, and of no use to whoever sent it. */
function withoutPath(error: unknown, path: string): unknown {
  if (!(error instanceof EventFileError)) return error
  return new EventFileError(error.message.replaceAll(path, 'the file'), { cause: error })
}
