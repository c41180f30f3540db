// The issuer files of a data directory: one writer each, appended to and never changed, so that others can read on
// where they left off. `w0-000002.log` is the second of the writer `w0`.
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type IssuerEntry, readEntries } from './issuer-line.ts'

/** Names of the files, each writer's oldest first; none when there is no directory. */
export function issuerFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter(name => name.endsWith('.log'))
      .toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export function issuerFile(writer: string, sequence: number): string {
  return `${writer}-${String(sequence).padStart(6, '0')}.log`
}

/** The files of one writer, oldest first. */
export function filesOf(writer: string, files: readonly string[]): string[] {
  return files.filter(name => name.slice(0, name.lastIndexOf('-')) === writer)
}

export function sequenceOf(file: string): number {
  return Number(/-(\d+)\.log$/.exec(file)?.[1] ?? 0)
}

/** Reads what others append. */
export class IssuerReader {
  readonly #directory: string
  readonly #take: (entry: IssuerEntry) => void
  /** Bytes read so far, by file. */
  #read = new Map<string, number>()

  constructor(directory: string, take: (entry: IssuerEntry) => void) {
    this.#directory = directory
    this.#take = take
  }

  /**
   * Hands over every entry that was appended since the last time, but to the files named in `skip`.
   *
   * @throws when a file cannot be read
   */
  readOn(skip: ReadonlySet<string>): void {
    const read = new Map<string, number>()
    for (const file of issuerFiles(this.#directory))
      if (!skip.has(file)) read.set(file, this.#readFile(file, this.#read.get(file) ?? 0))
    this.#read = read
  }

  #readFile(file: string, from: number): number {
    const path = join(this.#directory, file)
    // Its writer may have deleted it by now.
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    return size > from ? from + readEntries(readFrom(path, from), this.#take) : from
  }
}

function readFrom(path: string, from: number): Buffer {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(Math.max(0, fstatSync(fd).size - from))
    const length = readSync(fd, bytes, 0, bytes.length, from)
    return bytes.subarray(0, length)
  } finally {
    closeSync(fd)
  }
}
