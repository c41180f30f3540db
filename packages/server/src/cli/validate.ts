// `weir validate`: every problem of a config file, each with its place.
import { formatPath } from '@weir/core/config'
import type { Command } from 'commander'
import type { LocatedProblem } from '../snapshot/config-file.ts'
import { formatProblem, loadConfigFile } from '../snapshot/load.ts'
import { reportProblems } from './load-or-exit.ts'
import { print, printError, printJson } from './output.ts'

export function registerValidate(program: Command): void {
  program
    .command('validate')
    .summary('check a config file and list every problem in it')
    .description('Check a config file. Every problem is listed with file, line, column and path.')
    .argument('<file>', 'config file, such as weir.yaml')
    .option('--json', 'print the problems as data')
    .addHelpText('after', '\nExit codes: 0 the file can be published, 1 it cannot, 2 wrong usage.')
    .action((file: string, options: { json?: true }) => {
      const loaded = loadConfigFile(file, { revision: 1, tables: new Map() })
      if (loaded.kind === 'refused') process.exitCode = 1
      if (options.json) {
        const problems = loaded.kind === 'refused' ? loaded.problems : []
        const warnings = loaded.kind === 'loaded' ? loaded.warnings : []
        printJson({
          valid: problems.length === 0,
          problems: problems.map(toData),
          warnings: warnings.map(toData),
        })
      } else if (loaded.kind === 'refused') reportProblems(file, loaded.problems)
      else {
        for (const warning of loaded.warnings) printError(`warning: ${formatProblem(file, warning)}`)
        const { routers, models, keys } = loaded.snapshot
        const counts = [Object.keys(routers).length, Object.keys(models).length, keys.length]
        print(`${file} is valid: ${counts[0]} routers, ${counts[1]} models, ${counts[2]} keys.`)
      }
    })
}

function toData(problem: LocatedProblem) {
  return { ...problem, path: formatPath(problem.path) }
}
