// What makes a running gateway look again: its config file when saved, and SIGHUP.

import type { Revisions } from '../admin/revision/revisions.ts'
import { FILE } from '../admin/revision/unrecorded.ts'
import type { LocatedProblem } from '../snapshot/config-file.ts'
import { formatProblem, locateProblems, readConfigFile } from '../snapshot/load.ts'
import { watchFile } from '../snapshot/watch.ts'
import type { Log } from './log.ts'

/** Publishes the file when it is saved and on SIGHUP; the returned function ends that. */
export function followFile(file: string, revisions: Revisions, log: Log): () => void {
  const reload = () => {
    publishFile(file, revisions, log).catch(error =>
      log.error({ err: error }, 'the config could not be published'),
    )
  }
  const warn = (error: NodeJS.ErrnoException) =>
    log.warn(`${file} cannot be watched (${error.code}); after a change send SIGHUP`)
  process.on('SIGHUP', reload)
  const stopWatching = watchFile(file, reload, warn)
  // What was saved between the first reading and the watch would go unnoticed.
  reload()
  return () => {
    stopWatching()
    process.off('SIGHUP', reload)
  }
}

/** Without a file there is nothing to read again but the credentials; the returned function ends that. */
export function refreshOnSignal(revisions: Revisions, log: Log): () => void {
  const refresh = () => {
    revisions.refreshCredentials().then(
      () => log.info('SIGHUP: the stored credentials were read again'),
      error => log.error({ err: error }, 'the stored credentials could not be read'),
    )
  }
  process.on('SIGHUP', refresh)
  return () => process.off('SIGHUP', refresh)
}

async function publishFile(name: string, revisions: Revisions, log: Log): Promise<void> {
  const file = readConfigFile(name)
  if (file.syntaxProblems.length > 0) return logRefused(log, name, file.syntaxProblems)
  const result = await revisions.publishFile(file.value, { actor: FILE, reason: `read from ${name}` })
  if (result.kind === 'refused') return logRefused(log, name, locateProblems(file, result.problems))
  if (result.kind !== 'published') return
  for (const warning of result.warnings) log.warn(formatProblem(name, file.locate(warning)))
  log.info({ changes: result.revision.changes }, `published revision ${result.revision.number} of ${name}`)
}

function logRefused(log: Log, name: string, located: readonly LocatedProblem[]): void {
  const problems = located.map(problem => formatProblem(name, problem))
  log.error({ problems }, `${name} is refused; the config in force keeps serving`)
}
