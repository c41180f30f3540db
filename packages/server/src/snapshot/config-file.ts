// weir.yaml as text: from bytes to a value, and from a problem's path back to its line and column.
import type { Problem, ProblemPath } from '@weir/core/config'
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml'
import { offsetInSource } from './scalar-offset.ts'

/** A problem with its place in the file; line and column count from 1. */
export interface LocatedProblem extends Problem {
  readonly line: number
  readonly column: number
}

export interface ConfigFile {
  readonly value: unknown
  /** YAML's own errors: when there are any, `value` is not to be used. */
  readonly syntaxProblems: readonly LocatedProblem[]
  locate(problem: Problem): LocatedProblem
}

export function readConfigText(text: string): ConfigFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const syntaxProblems = document.errors.map(error => {
    const { line, col } = lines.linePos(error.pos[0])
    return { code: 'yaml', path: [], message: explainYamlError(error.code, error.message), line, column: col }
  })
  const value = syntaxProblems.length === 0 ? valueOf(document) : undefined
  if (value?.kind === 'refused') syntaxProblems.push(value.problem)
  return {
    value: value?.kind === 'value' ? value.value : undefined,
    syntaxProblems,
    locate: problem => {
      const { line, col } = lines.linePos(offsetOf(text, document, problem))
      return { ...problem, line: Math.max(1, line), column: Math.max(1, col) }
    },
  }
}

type Value =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly problem: LocatedProblem & { readonly path: [] } }

/** Aliases can name what is not there, multiply without end or contain themselves: no value comes of those. */
function valueOf(document: Document): Value {
  const refused = (message: string): Value => ({
    kind: 'refused',
    problem: { code: 'yaml', path: [], message, line: 1, column: 1 },
  })
  try {
    const value: unknown = document.toJS()
    if (value === null) return refused('the file is empty; a config begins with `version: 1`')
    JSON.stringify(value)
    return { kind: 'value', value }
  } catch (error) {
    return error instanceof TypeError
      ? refused('an alias (`*name`) stands inside what it names; write the value out')
      : refused(`an alias (\`*name\`) cannot be resolved: ${(error as Error).message}`)
  }
}

function explainYamlError(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'YAML does not allow tabs as indentation; use spaces'
  if (code === 'DUPLICATE_KEY') return 'this key stands twice in the same map; ids must be unique'
  if (code === 'MULTIPLE_DOCS')
    return 'the file holds more than one document; remove this `---` and what follows'
  return message
}

/** Where the problem's value stands; for what is missing, where its parent stands. */
function offsetOf(text: string, document: Document, problem: Problem): number {
  for (let length = problem.path.length; length > 0; length--) {
    const path = problem.path.slice(0, length)
    const isWhole = length === problem.path.length
    const key = findKey(document, path)
    if (key !== undefined && isWhole && problem.code === 'unknown_field') return key
    const value = document.getIn(path, true)
    if (isNode(value) && value.range != null) {
      const inside = isWhole && problem.offset !== undefined && isScalar(value)
      return inside ? offsetInSource(text, value, problem.offset) : value.range[0]
    }
    if (key !== undefined) return key
  }
  return document.contents?.range?.[0] ?? 0
}

function findKey(document: Document, path: ProblemPath): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return undefined
  const name = path.at(-1)
  const pair = parent.items.find(item => isPair(item) && isScalar(item.key) && item.key.value === name)
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}
