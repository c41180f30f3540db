// weir.yaml as text: from bytes to a value, and from a problem's path back to its line and column.
import type { Problem, ProblemPath } from '@weir/core/config'
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml'

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
  return {
    value: syntaxProblems.length === 0 ? document.toJS() : undefined,
    syntaxProblems,
    locate: problem => {
      const { line, col } = lines.linePos(offsetOf(document, problem))
      return { ...problem, line: Math.max(1, line), column: Math.max(1, col) }
    },
  }
}

function explainYamlError(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'YAML does not allow tabs as indentation; use spaces'
  if (code === 'DUPLICATE_KEY') return 'this key stands twice in the same map; ids must be unique'
  return message
}

/** Where the problem's value stands; for what is missing, where its parent stands. */
function offsetOf(document: Document, problem: Problem): number {
  for (let length = problem.path.length; length > 0; length--) {
    const path = problem.path.slice(0, length)
    const isWhole = length === problem.path.length
    const key = findKey(document, path)
    if (key !== undefined && isWhole && problem.code === 'unknown_field') return key
    const value = document.getIn(path, true)
    if (isNode(value) && value.range != null) return isWhole ? startOf(value, problem.offset) : value.range[0]
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

/** An offset inside a text is added when the text stands in the file as it is: plain or quoted, without escapes. */
function startOf(node: Node, offset: number | undefined): number {
  const start = node.range?.[0] ?? 0
  if (offset === undefined || !isScalar(node)) return start
  const scalar: Scalar = node
  if (scalar.type === 'PLAIN') return start + offset
  const isLiteral = scalar.source?.includes('\\') === false && !scalar.source.includes('\n')
  return scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE'
    ? isLiteral
      ? start + 1 + offset
      : start
    : start
}
