// Notices that a config file was saved, also by editors that write a new file and rename it, and by Kubernetes, which
// replaces a directory the file is a link into.
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

const SETTLE_MS = 50

/** The link that a Kubernetes volume switches when a ConfigMap or Secret has changed. */
const VOLUME_LINK = '..data'

type Failed = (error: NodeJS.ErrnoException) => void

/**
 * Calls `changed` after each save, once it has settled, and `failed` when saves cannot be noticed; the returned
 * function stops watching.
 */
export function watchFile(file: string, changed: () => void, failed: Failed = () => {}): () => void {
  const name = basename(file)
  let timer: NodeJS.Timeout | undefined
  const notice = (_event: string, changedName: string | null) => {
    if (changedName !== null && changedName !== name && changedName !== VOLUME_LINK) return
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  }
  const watcher = watchDirectory(dirname(resolve(file)), notice, failed)
  return () => {
    clearTimeout(timer)
    watcher?.close()
  }
}

/** The directory is watched, not the file: a rename replaces the file that a watch would hold on to. */
function watchDirectory(
  directory: string,
  notice: (event: string, name: string | null) => void,
  failed: Failed,
): FSWatcher | undefined {
  try {
    return watch(directory, notice).on('error', failed)
  } catch (error) {
    failed(error as NodeJS.ErrnoException)
    return undefined
  }
}
