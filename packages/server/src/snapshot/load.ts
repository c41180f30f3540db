// From a config file to a Snapshot, on this machine: environment, time zones and the tables in force.
import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type CurrentTables, compile, formatPath, type Problem, type Snapshot } from '@weir/core/config'
import { type ConfigFile, type LocatedProblem, readConfigText } from './config-file.ts'

export type Loaded =
  | { readonly kind: 'loaded'; readonly snapshot: Snapshot; readonly warnings: readonly LocatedProblem[] }
  | { readonly kind: 'refused'; readonly problems: readonly LocatedProblem[] }

export interface LoadContext {
  readonly revision: number
  readonly tables: CurrentTables
  /** Whether a provider has an active credential in the store; without a store none has. */
  readonly hasStoredCredential?: (provider: string) => boolean
}

/** Reads and compiles a file. All problems come back at once, in the order they stand in the file. */
export function loadConfigFile(file: string, context: LoadContext): Loaded {
  return compileFile(readConfigFile(file), context)
}

/** Reads a file without compiling it. */
export function readConfigFile(file: string): ConfigFile {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return unreadable(`cannot be read: ${UNREADABLE[code ?? ''] ?? code ?? String(error)}`)
  }
  if (!isUtf8(bytes)) return unreadable('is not UTF-8; save it in that encoding')
  return readConfigText(bytes.toString('utf8'))
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission is denied',
}

function unreadable(message: string): ConfigFile {
  const problem: LocatedProblem = { code: 'unreadable', path: [], message, line: 1, column: 1 }
  return { value: undefined, syntaxProblems: [problem], locate: () => problem }
}

export function loadConfigText(text: string, context: LoadContext): Loaded {
  return compileFile(readConfigText(text), context)
}

function compileFile(file: ConfigFile, context: LoadContext): Loaded {
  if (file.syntaxProblems.length > 0) return { kind: 'refused', problems: file.syntaxProblems }
  const compiled = compileHere(file.value, context)
  if (compiled.kind === 'compiled') {
    return {
      kind: 'loaded',
      snapshot: compiled.snapshot,
      warnings: compiled.warnings.map(problem => file.locate(problem)),
    }
  }
  return { kind: 'refused', problems: locateProblems(file, compiled.problems) }
}

/** In the order they stand in the file. */
export function locateProblems(file: ConfigFile, problems: readonly Problem[]): LocatedProblem[] {
  const located = problems.map(problem => file.locate(problem))
  return located.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** Compiles a config value with this machine's environment. */
export function compileHere(value: unknown, context: LoadContext) {
  const { revision, tables, hasStoredCredential = () => false } = context
  const machine = { digestOfEnv, isEnvSet, isTimeZone, isPackageInstalled }
  return compile(value, { revision, tables, hasStoredCredential, ...machine })
}

function digestOfEnv(name: string): string | undefined {
  const secret = process.env[name]
  return secret === undefined || secret === '' ? undefined : hash('sha256', secret, 'hex')
}

function isEnvSet(name: string): boolean {
  return (process.env[name] ?? '') !== ''
}

/**
 * Those that were looked up: that is slow, and every publish asks for one a router. UTC, which most have, is known
 * without: the first look-up takes 8 MB.
 */
const timeZones = new Set(['UTC'])

function isTimeZone(name: string): boolean {
  if (timeZones.has(name)) return true
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    return false
  }
  timeZones.add(name)
  return true
}

/** Whether an npm package can be imported from here, which is where providers are called from, too. */
export function isPackageInstalled(name: string): boolean {
  try {
    return import.meta.resolve(name) !== ''
  } catch {
    return false
  }
}

/** `weir.yaml:12:7: routers.chat.split: what is wrong`. */
export function formatProblem(file: string, problem: LocatedProblem): string {
  const path = formatPath(problem.path)
  return `${file}:${problem.line}:${problem.column}: ${path === '' ? '' : `${path}: `}${problem.message}`
}
