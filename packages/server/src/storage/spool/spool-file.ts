// One file of a writer: appended to while it is open, sealed by a rename, then flushed to the disk and closed.
import { closeSync, fdatasync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { sealedPath } from './spool-name.ts'

export class SpoolFile {
  readonly #fd: number
  readonly #path: string
  #size = 0
  /** Whether something was written since it was last flushed. */
  #dirty = false
  /** Flushes under way. */
  #syncs = 0
  /** Called once it is closed. */
  #retired: (() => void) | undefined

  /** @throws the error of the operating system */
  constructor(path: string) {
    this.#path = path
    this.#fd = openSync(path, 'ax', 0o600)
  }

  get size(): number {
    return this.#size
  }

  /** Writes all of it or, when it throws, nothing that counts: what of it is there is cut off again. */
  append(bytes: Buffer): void {
    let from = 0
    try {
      while (from < bytes.length) from += writeSync(this.#fd, bytes, from)
    } catch (error) {
      this.#cutOff(from)
      throw error
    }
    this.#size += bytes.length
    this.#dirty = true
  }

  #cutOff(written: number): void {
    if (written === 0) return
    try {
      ftruncateSync(this.#fd, this.#size)
    } catch {
      // Then whole lines of it may be there, which count as lost too, and a torn one, which is skipped when it is read.
    }
  }

  /** @returns its new path; an empty file is deleted, and has none. @throws the error of the operating system */
  seal(): string | undefined {
    if (this.#size === 0) {
      rmSync(this.#path, { force: true })
      return undefined
    }
    const sealed = sealedPath(this.#path)
    renameSync(this.#path, sealed)
    return sealed
  }

  /** Flushes what was written to the disk itself. */
  sync(done: (error: Error | null) => void): void {
    if (!this.#dirty) return done(null)
    this.#dirty = false
    this.#syncs++
    fdatasync(this.#fd, error => {
      this.#syncs--
      done(error)
      this.#closeWhenIdle()
    })
  }

  /** Flushes and closes. */
  retire(done: (error: Error | null) => void): void {
    let failure: Error | null = null
    this.#retired = () => done(failure)
    this.sync(error => {
      failure = error
    })
    this.#closeWhenIdle()
  }

  /** A flush that is under way still needs the descriptor, whose number would soon be another file's. */
  #closeWhenIdle(): void {
    const retired = this.#retired
    if (retired === undefined || this.#syncs > 0) return
    this.#retired = undefined
    closeSync(this.#fd)
    retired()
  }
}
