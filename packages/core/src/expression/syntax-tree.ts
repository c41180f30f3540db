// Questions about a parsed expression: its children, its macros, the names it leaves free.
import type { ASTNode } from '@marcbachmann/cel-js'

/** A macro over a list or the keys of a map: `list.exists(x, x == 1)`. */
export interface Macro {
  readonly name: MacroName
  readonly range: ASTNode
  readonly variable: string
  /** What is evaluated for each element: the predicate, or filter and transform. */
  readonly body: readonly ASTNode[]
}

const MACRO_ARITIES = {
  all: [2],
  exists: [2],
  exists_one: [2],
  filter: [2],
  map: [2, 3],
} as const

export type MacroName = keyof typeof MACRO_ARITIES

export function asMacro(node: ASTNode): Macro | undefined {
  if (node.op !== 'rcall') return undefined
  const [name, range, parameters] = node.args
  const [variable, ...body] = parameters
  if (!isMacroName(name) || variable?.op !== 'id') return undefined
  const arities: readonly number[] = MACRO_ARITIES[name]
  return arities.includes(parameters.length) ? { name, range, variable: variable.args, body } : undefined
}

function isMacroName(name: string): name is MacroName {
  return Object.hasOwn(MACRO_ARITIES, name)
}

export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '.':
    case '.?':
      return [node.args[0]]
    case '!_':
    case '-_':
      return [node.args]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'map':
      return node.args.flat()
    default:
      return node.args
  }
}

/** What surrounds a node: the macro variables it can see, one for each macro it is within. */
export type Variables = readonly string[]

/** Calls `visitor` for each node, parents first. A macro's own variable is not visited. */
export function visit(
  node: ASTNode,
  visitor: (node: ASTNode, variables: Variables) => void,
  variables: Variables = [],
): void {
  visitor(node, variables)
  const macro = asMacro(node)
  if (macro === undefined) {
    for (const child of childrenOf(node)) visit(child, visitor, variables)
    return
  }
  visit(macro.range, visitor, variables)
  for (const child of macro.body) visit(child, visitor, [...variables, macro.variable])
}

/** Identifiers that stand for attributes or metadata keys, each with the place of its first use. */
export function freeNames(root: ASTNode): ReadonlyMap<string, ASTNode> {
  const names = new Map<string, ASTNode>()
  visit(root, (node, variables) => {
    if (node.op !== 'id' || variables.includes(node.args) || names.has(node.args)) return
    names.set(node.args, node)
  })
  return names
}

/** A node as people would write it, for traces: `metadata.user["plan"]`. */
export function pathOf(node: ASTNode): string {
  const selection = selectionOf(node)
  if (selection === undefined) return node.input.slice(node.start, node.end)
  const suffix = node.op === '.' ? `.${selection.key}` : `[${JSON.stringify(selection.key)}]`
  return pathOf(selection.of) + suffix
}

/** The value of a literal, also of a negative number; undefined for anything else. */
export function literalOf(node: ASTNode): unknown {
  if (node.op === 'value') return node.args
  if (node.op !== '-_' || node.args.op !== 'value') return undefined
  const value = node.args.args
  return typeof value === 'number' || typeof value === 'bigint' ? -value : undefined
}

/** The constant string that a node selects by: `a.b` and `a["b"]` both select "b". */
export function selectionOf(node: ASTNode): { readonly of: ASTNode; readonly key: string } | undefined {
  if (node.op === '.') return { of: node.args[0], key: node.args[1] }
  if (node.op !== '[]') return undefined
  const key = literalOf(node.args[1])
  return typeof key === 'string' ? { of: node.args[0], key } : undefined
}
