// What is valid in a condition and yet probably not what its author meant.
import type { ASTNode } from '@marcbachmann/cel-js'
import { BUILT_IN_ATTRIBUTES, isBuiltIn, WEEKDAYS } from './attributes.ts'
import { TYPE_NAMES } from './environment.ts'
import type { SourceProblem } from './problem.ts'
import { nearest } from './suggestion.ts'
import { freeNames, literalOf, pathOf, selectionOf, visit } from './syntax-tree.ts'

export function findWarnings(root: ASTNode): readonly SourceProblem[] {
  const warnings: SourceProblem[] = []
  for (const [name, node] of freeNames(root)) {
    const warning = warnOfName(name)
    if (warning !== undefined) warnings.push({ offset: node.pos, ...warning })
  }
  visit(root, node => {
    const warning = warnOfNode(node)
    if (warning !== undefined) warnings.push({ offset: node.pos, ...warning })
  })
  return warnings
}

type Warning = Omit<SourceProblem, 'offset'>

const FOREIGN_LITERALS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['TRUE', 'true'],
  ['False', 'false'],
  ['FALSE', 'false'],
  ['None', 'null'],
  ['NULL', 'null'],
  ['nil', 'null'],
  ['undefined', 'null'],
])

function warnOfName(name: string): Warning | undefined {
  if (isBuiltIn(name) || TYPE_NAMES.has(name)) return undefined
  const meant = FOREIGN_LITERALS.get(name) ?? nearest(name, [...BUILT_IN_ATTRIBUTES])
  if (meant === undefined) return undefined
  return { message: `${name} is read as a metadata key`, hint: `did you mean ${meant}?` }
}

function warnOfNode(node: ASTNode): Warning | undefined {
  if (node.op === '-') return warnOfDash(node)
  const selection = selectionOf(node)
  if (selection !== undefined && isName(selection.of, 'headers')) return warnOfHeader(selection.key)
  return node.op === '==' || node.op === '!=' ? warnOfWeekday(node.args) : undefined
}

/** `user-tier`, without spaces, is a subtraction. */
function warnOfDash(node: Extract<ASTNode, { op: '-' }>): Warning | undefined {
  const text = node.input.slice(node.start, node.end)
  if (!/^[A-Za-z_]\w*(?:-[A-Za-z_]\w*)+$/.test(text)) return undefined
  return {
    message: `${text} is read as a subtraction`,
    hint: `for the metadata key write metadata["${text}"]`,
  }
}

function warnOfHeader(name: string): Warning | undefined {
  const lower = name.toLowerCase()
  if (name === lower) return undefined
  return {
    message: `header names are in lower case, so ${name} is never there`,
    hint: `write headers["${lower}"]`,
  }
}

function warnOfWeekday(operands: readonly [ASTNode, ASTNode]): Warning | undefined {
  if (!operands.some(operand => pathOf(operand) === 'now.weekday')) return undefined
  const literal = operands.map(literalOf).find(value => typeof value === 'string')
  if (typeof literal !== 'string' || (WEEKDAYS as readonly string[]).includes(literal)) return undefined
  return { message: `now.weekday is never "${literal}"`, hint: `it is one of ${WEEKDAYS.join(', ')}` }
}

function isName(node: ASTNode, name: string): boolean {
  return node.op === 'id' && node.args === name
}
