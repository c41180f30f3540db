// `weir apply`: publishes a config file. What it prints before is what it does, or it does nothing.
import { isDeepStrictEqual } from 'node:util'
import type { Command } from 'commander'
import { z } from 'zod'
import {
  type ConfigChange,
  PRUNE,
  type PruneOption,
  previewApply,
  printChange,
  sending,
} from './config-change.ts'
import { addControlOptions, type ControlClient, ControlError, type ControlOptions } from './control-client.ts'
import { print, printError, printJson } from './output.ts'
import { reportWarnings, type SentFile, withSentFile } from './sent-file.ts'

interface Options extends ControlOptions, PruneOption {
  readonly dryRun?: true
  readonly reason?: string
  readonly json?: true
}

/** How often it begins again because others publish at the same time. */
const MOST_ATTEMPTS = 10

const appliedSchema = z.object({ outcome: z.enum(['published', 'unchanged']), revision: z.number() })

export function registerApply(program: Command): void {
  const command = program
    .command('apply')
    .summary('publish a config file')
    .description(
      'Publish a config file, all of it or nothing. What is in force and not in the file stays, but with --prune.',
    )
    .argument('<file>', 'config file, such as weir.yaml; - for stdin')
    .option(...PRUNE)
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--reason <text>', 'why; kept with the revision')
  addControlOptions(command)
    .option('--json', 'print the outcome as data')
    .addHelpText(
      'after',
      '\nExit codes: 0 it is in force (or nothing was to be done), 1 it is not, 2 wrong usage.',
    )
    .action(apply)
}

async function apply(path: string, options: Options): Promise<void> {
  await withSentFile(path, options, 1, async (client, file) => {
    const { value: change, data, headers } = await previewApply(client, file, options)
    reportWarnings(file, change.warnings)
    if (!options.json) printChange(change, options)
    const isUnchanged = change.changes.length === 0
    if (options.dryRun || isUnchanged) {
      if (options.json) printJson(data)
      else print(isUnchanged ? unchanged(change.revision) : '\nNothing was changed (dry run).')
      return
    }
    const shown = { change, etag: headers.get('etag') ?? '' }
    const applied = await publish(client, file, options, shown)
    if (options.json) printJson(applied.data)
    else if (applied.value.outcome === 'unchanged') print(unchanged(applied.value.revision))
    else print(`\nPublished revision ${applied.value.revision}.`)
  })
}

const unchanged = (revision: number) => `Unchanged: revision ${revision} has all of it.`

interface Shown {
  readonly change: ConfigChange
  readonly etag: string
}

/** Publishes what was shown. When others publish meanwhile it goes on, as long as it would still do the same. */
async function publish(client: ControlClient, file: SentFile, options: Options, first: Shown) {
  let shown = first
  for (let attempt = 1; ; attempt++) {
    try {
      return await put(client, file, options, shown.etag)
    } catch (error) {
      const isLate = error instanceof ControlError && error.code === 'precondition_failed'
      if (!isLate || attempt === MOST_ATTEMPTS) throw error
    }
    const { value: change, data, headers } = await previewApply(client, file, options)
    if (change.changes.length === 0)
      return { data, value: { outcome: 'unchanged', revision: change.revision } as const }
    // In words, which say the shares that move, too. What else there is now stays as it is.
    if (!isDeepStrictEqual(change.changes, first.change.changes)) throw changedMeanwhile(change)
    shown = { change, etag: headers.get('etag') ?? '' }
  }
}

function put(client: ControlClient, file: SentFile, options: Options, etag: string) {
  const { query, body } = sending(file, options)
  return client.sendFor(appliedSchema, {
    method: 'PUT',
    path: '/api/v1/config',
    query: { ...query, reason: options.reason },
    headers: { 'if-match': etag },
    body,
  })
}

function changedMeanwhile({ revision }: ConfigChange): ControlError {
  printError(`Revision ${revision} was published meanwhile, and over it the file would do something else.`)
  return new ControlError('conflict', 'nothing was published; look at `weir diff`, then apply again')
}
