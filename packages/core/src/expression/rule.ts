// What we ask of a condition beyond CEL's own rules, so that its cost has a bound that no client can move.
import type { ASTNode } from '@marcbachmann/cel-js'
import { MAX_MACRO_DEPTH } from './limit.ts'
import { compilePattern, PatternError } from './pattern.ts'
import type { SourceProblem } from './problem.ts'
import { asMacro, literalOf, visit } from './syntax-tree.ts'

/** The first breach in the order of the source's parts, or undefined. */
export function findBreach(root: ASTNode): SourceProblem | undefined {
  const breaches: SourceProblem[] = []
  visit(root, (node, variables) => {
    const breach = breachOf(node, variables.length)
    if (breach !== undefined) breaches.push(breach)
  })
  return breaches[0]
}

function breachOf(node: ASTNode, depth: number): SourceProblem | undefined {
  if (node.op === 'call' && node.args[0] === 'matches') return patternBreach(node.args[1][1])
  if (node.op !== 'rcall') return undefined
  if (asMacro(node) !== undefined && depth >= MAX_MACRO_DEPTH) {
    return {
      offset: node.pos,
      message: `all, exists, exists_one, filter and map may be nested ${MAX_MACRO_DEPTH} deep`,
    }
  }
  const [name, receiver] = node.args
  if (name === 'matches') return patternBreach(node.args[2][0])
  // Bindings could double a list again and again: `cel.bind(a, [1, 1], cel.bind(b, a + a, ...`.
  if (name === 'bind' && receiver.op === 'id' && receiver.args === 'cel') {
    return { offset: node.pos, message: 'cel.bind is not available in conditions' }
  }
  return undefined
}

function patternBreach(pattern: ASTNode | undefined): SourceProblem | undefined {
  if (pattern === undefined) return undefined
  const source = literalOf(pattern)
  const offset = pattern.pos
  if (typeof source !== 'string') {
    return { offset, message: 'matches takes a regular expression in quotes, not a computed one' }
  }
  try {
    compilePattern(source)
    return undefined
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    return { offset, message: error.message }
  }
}
