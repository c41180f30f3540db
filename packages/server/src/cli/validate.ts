// `weir validate`: every problem of a config file, each with its place; here, or over a running control plane.
import { formatPath, type Problem } from '@weir/core/config'
import type { Command } from 'commander'
import type { LocatedProblem } from '../snapshot/config-file.ts'
import { formatProblem, loadConfigFile } from '../snapshot/load.ts'
import { compare, type PruneOption } from './config-change.ts'
import { addControlOptions, type ControlClient, ControlError, type ControlOptions } from './control-client.ts'
import { reportProblems } from './load-or-exit.ts'
import { print, printError, printJson } from './output.ts'
import { reportWarnings, type SentFile, withSentFile } from './sent-file.ts'

interface Options extends ControlOptions, PruneOption {
  readonly running?: true
  readonly json?: true
}

export function registerValidate(program: Command): void {
  const command = program
    .command('validate')
    .summary('check a config file and list every problem in it')
    .description('Check a config file. Every problem is listed with file, line, column and path.')
    .argument('<file>', 'config file, such as weir.yaml')
    .option('--json', 'print the problems as data')
    .option('--running', 'check what `weir apply` would make of it, where it would be in force')
    .option('--prune', 'with --running: what `weir apply --prune` would make of it')
  addControlOptions(command)
    .addHelpText('after', '\nExit codes: 0 the file can be published, 1 it cannot, 2 wrong usage.')
    .action(validate)
}

async function validate(file: string, options: Options): Promise<void> {
  if (!options.running) return validateHere(file, options)
  await withSentFile(file, options, 1, (client, sent) => validateThere(client, sent, options))
}

function validateHere(file: string, options: Options): void {
  const loaded = loadConfigFile(file, { revision: 1, tables: new Map() })
  if (loaded.kind === 'refused') process.exitCode = 1
  if (options.json) {
    const problems = loaded.kind === 'refused' ? loaded.problems : []
    const warnings = loaded.kind === 'loaded' ? loaded.warnings : []
    printResult(problems.map(toData), warnings.map(toData))
  } else if (loaded.kind === 'refused') reportProblems(file, loaded.problems)
  else {
    for (const warning of loaded.warnings) printError(`warning: ${formatProblem(file, warning)}`)
    const { routers, models, keys } = loaded.snapshot
    const counts = [Object.keys(routers).length, Object.keys(models).length, keys.length]
    print(`${file} is valid: ${counts[0]} routers, ${counts[1]} models, ${counts[2]} keys.`)
  }
}

async function validateThere(client: ControlClient, file: SentFile, options: Options): Promise<void> {
  try {
    const { value } = await compare(client, file, options)
    if (options.json) return printResult([], placed(file, value.warnings))
    reportWarnings(file, value.warnings)
    print(`${file.name} can be applied over revision ${value.revision} of ${client.url}.`)
  } catch (error) {
    const problems = error instanceof ControlError ? error.problems : []
    if (!options.json || problems.length === 0) throw error
    process.exitCode = 1
    printResult(placed(file, problems), [])
  }
}

function printResult(problems: readonly object[], warnings: readonly object[]): void {
  printJson({ valid: problems.length === 0, problems, warnings })
}

/** Those of entries that are not in the file have no line and column. */
function placed(file: SentFile, problems: readonly Problem[]): object[] {
  const { own, others } = file.place(problems)
  return [...own, ...others].map(toData)
}

function toData(problem: Problem | LocatedProblem) {
  return { ...problem, path: formatPath(problem.path) }
}
