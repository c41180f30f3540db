// `weir diff`: what applying a config file would change, in words, and how many units it would move.
import type { Command } from 'commander'
import { compare, PRUNE, type PruneOption, printChange } from './config-change.ts'
import { addControlOptions, type ControlOptions } from './control-client.ts'
import { print, printJson } from './output.ts'
import { reportWarnings, withSentFile } from './sent-file.ts'

interface Options extends ControlOptions, PruneOption {
  readonly json?: true
}

/** 1 is kept for "it would change something": scripts tell that from failure. */
const FAILED = 2

export function registerDiff(program: Command): void {
  const command = program
    .command('diff')
    .summary('say what applying a config file would change')
    .description(
      'Compare a config file with what is in force: what would change, and how many units would move.',
    )
    .argument('<file>', 'config file, such as weir.yaml; - for stdin')
    .option(...PRUNE)
  addControlOptions(command)
    .option('--json', 'print the difference as data')
    .addHelpText('after', '\nExit codes: 0 nothing would change, 1 something would, 2 it cannot be told.')
    .action(diff)
}

async function diff(path: string, options: Options): Promise<void> {
  await withSentFile(path, options, FAILED, async (client, file) => {
    const { value: change, data } = await compare(client, file, options)
    process.exitCode = change.changes.length === 0 ? 0 : 1
    if (options.json) return printJson(data)
    reportWarnings(file, change.warnings)
    const place = `revision ${change.revision} of ${client.url}`
    print(change.changes.length === 0 ? `Nothing would change in ${place}.` : `In ${place} would change:\n`)
    printChange(change, options)
  })
}
