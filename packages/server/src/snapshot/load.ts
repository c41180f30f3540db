// From a config file to a Snapshot, on this machine: environment, time zones and the tables in force.
import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type CurrentTables, compile, formatPath, type Snapshot } from '@weir/core/config'
import { type LocatedProblem, readConfigText } from './config-file.ts'

export type Loaded =
  | { readonly kind: 'loaded'; readonly snapshot: Snapshot; readonly warnings: readonly LocatedProblem[] }
  | { readonly kind: 'refused'; readonly problems: readonly LocatedProblem[] }

export interface LoadContext {
  readonly revision: number
  readonly tables: CurrentTables
}

/** Reads and compiles a file. All problems come back at once, in the order they stand in the file. */
export function loadConfigFile(file: string, context: LoadContext): Loaded {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return unreadable(`cannot be read: ${UNREADABLE[code ?? ''] ?? code ?? String(error)}`)
  }
  if (!isUtf8(bytes)) return unreadable('is not UTF-8; save it in that encoding')
  return loadConfigText(bytes.toString('utf8'), context)
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission is denied',
}

function unreadable(message: string): Loaded {
  return { kind: 'refused', problems: [{ code: 'unreadable', path: [], message, line: 1, column: 1 }] }
}

export function loadConfigText(text: string, context: LoadContext): Loaded {
  const file = readConfigText(text)
  if (file.syntaxProblems.length > 0) return { kind: 'refused', problems: file.syntaxProblems }
  const compiled = compileHere(file.value, context)
  if (compiled.kind === 'compiled') {
    return {
      kind: 'loaded',
      snapshot: compiled.snapshot,
      warnings: compiled.warnings.map(problem => file.locate(problem)),
    }
  }
  const problems = compiled.problems.map(problem => file.locate(problem))
  return { kind: 'refused', problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) }
}

/** Compiles a config value with this machine's environment. */
export function compileHere(value: unknown, context: LoadContext) {
  return compile(value, { ...context, digestOfEnv, isEnvSet, isTimeZone, isPackageInstalled })
}

function digestOfEnv(name: string): string | undefined {
  const secret = process.env[name]
  return secret === undefined || secret === '' ? undefined : hash('sha256', secret, 'hex')
}

function isEnvSet(name: string): boolean {
  return (process.env[name] ?? '') !== ''
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
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
