// A config file that is sent to a control plane, and the way back: problems with line and column of the file.
import { isUtf8 } from 'node:buffer'
import { basename } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { formatPath, type Problem } from '@weir/core/config'
import { type ConfigFile, type LocatedProblem, readConfigText } from '../snapshot/config-file.ts'
import { formatProblem, locateProblems, readConfigFile } from '../snapshot/load.ts'
import { type ControlClient, ControlError, type ControlOptions, withControl } from './control-client.ts'
import { reportProblems } from './load-or-exit.ts'
import { printError } from './output.ts'

export interface SentFile {
  /** As it is called to the user. */
  readonly name: string
  readonly value: unknown
  place(problems: readonly Problem[]): PlacedProblems
}

export interface PlacedProblems {
  /** In the order of the file. */
  readonly own: readonly LocatedProblem[]
  /** Of entries that are in force and not in the file. */
  readonly others: readonly Problem[]
}

/** Reads a file, `-` for stdin, and runs a command with it; what keeps it from being done ends it with `exitCode`. */
export async function withSentFile(
  path: string,
  options: ControlOptions,
  exitCode: number,
  run: (client: ControlClient, file: SentFile) => Promise<void>,
): Promise<void> {
  const file = await readSentFile(path)
  if (file === undefined) process.exitCode = exitCode
  else await withControl(options, client => runOrReport(client, file), exitCode)

  async function runOrReport(client: ControlClient, sent: SentFile): Promise<void> {
    try {
      await run(client, sent)
    } catch (error) {
      if (!(error instanceof ControlError) || error.problems.length === 0) throw error
      reportRefused(sent, error.problems)
      process.exitCode = exitCode
    }
  }
}

/** Undefined after its syntax problems have been printed. */
async function readSentFile(path: string): Promise<SentFile | undefined> {
  const [name, file] = path === '-' ? ['stdin', await readStdin()] : [path, readConfigFile(path)]
  const { syntaxProblems, value } = file
  if (syntaxProblems.length === 0) return { name, value, place: problems => place(problems, file) }
  reportProblems(name, syntaxProblems)
  return undefined
}

async function readStdin(): Promise<ConfigFile> {
  const bytes = await buffer(process.stdin)
  if (isUtf8(bytes)) return readConfigText(bytes.toString('utf8'))
  const problem: LocatedProblem = {
    code: 'unreadable',
    path: [],
    message: 'is not UTF-8',
    line: 1,
    column: 1,
  }
  return { value: undefined, syntaxProblems: [problem], locate: () => problem }
}

function place(problems: readonly Problem[], file: ConfigFile): PlacedProblems {
  const isOwn = (problem: Problem) => isInFile(problem, file.value)
  return {
    own: locateProblems(file, problems.filter(isOwn)),
    others: problems.filter(problem => !isOwn(problem)),
  }
}

const SECTIONS = new Set<unknown>(['providers', 'models', 'routers', 'keys'])

/** An entry that is in force and stays can be what a problem is about. */
function isInFile({ path: [section, id, ...rest] }: Problem, value: unknown): boolean {
  if (!SECTIONS.has(section) || id === undefined || rest.length === 0) return true
  const entries = (value as Readonly<Record<string, unknown>>)[String(section)]
  return typeof entries === 'object' && entries !== null && Object.hasOwn(entries, id)
}

function reportRefused(file: SentFile, problems: readonly Problem[]): void {
  for (const line of describe(file, problems)) printError(line)
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  printError(`${basename(file.name)} has ${count}.`)
}

export function reportWarnings(file: SentFile, warnings: readonly Problem[]): void {
  for (const line of describe(file, warnings)) printError(`warning: ${line}`)
}

function describe(file: SentFile, problems: readonly Problem[]): string[] {
  const { own, others } = file.place(problems)
  return [
    ...own.map(problem => formatProblem(file.name, problem)),
    ...others.map(
      ({ path, message }) => `${file.name}: ${formatPath(path)}: ${message} (in force, not in the file)`,
    ),
  ]
}
