// Notices that a config file was saved, also by editors that write a new file and rename it.
import { watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

const SETTLE_MS = 50

/** Kubernetes mounts a ConfigMap as links through this one, and on a change replaces nothing else. */
const MOUNT_LINK = '..data'

/** Calls `changed` after each save, once it has settled; the returned function stops watching. */
export function watchFile(file: string, changed: () => void): () => void {
  const name = basename(file)
  let timer: NodeJS.Timeout | undefined
  // The directory is watched, not the file: a rename replaces the file that a watch would hold on to.
  const watcher = watch(dirname(resolve(file)), (_event, changedName) => {
    if (changedName !== null && changedName !== name && changedName !== MOUNT_LINK) return
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  })
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}
