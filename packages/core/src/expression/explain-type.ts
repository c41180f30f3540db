// Says in a user's words what the static check objects to, with what was probably meant.
import { type ASTNode, TypeError as CheckError } from '@marcbachmann/cel-js'
import { BUILT_IN_TYPES, builtInType, recordFields } from './attributes.ts'
import { FUNCTION_NAMES, plainTypes, recordType, staticType, TYPE_NAMES } from './environment.ts'
import type { SourceProblem } from './problem.ts'
import { nearest } from './suggestion.ts'
import { childrenOf, pathOf, selectionOf } from './syntax-tree.ts'

/** @param error what the static check found */
export function explainType(error: unknown): SourceProblem {
  const node = error instanceof CheckError ? error.node : undefined
  if (!(error instanceof CheckError) || node === undefined) return { offset: 0, message: String(error) }
  switch (error.code) {
    case 'no_such_overload':
      return explainOperands(node)
    case 'incompatible_ternary_branches':
      return explainChoice(node)
    case 'invalid_logical_operand':
      return explainLogicalOperand(node)
    case 'no_matching_overload':
      return explainCall(node)
    case 'no_such_key':
      return explainField(node)
    case 'invalid_macro_argument':
      return explainPresence(node)
    default:
      return { offset: node.pos, message: plainTypes(error.summary) }
  }
}

function explainOperands(node: ASTNode): SourceProblem {
  const operands = childrenOf(node)
  const named = operands.find(operand => operand.op === 'id' && TYPE_NAMES.has(operand.args))
  if (named?.op === 'id') return explainTypeName(named)
  const types = operands.map(describeType)
  if (node.op === '!_') return { offset: node.pos, message: `! takes true or false, not ${types[0]}` }
  const message = `${verbOf(node.op)} ${types.join(' and ')}`
  const hint = node.op === 'in' ? hintMembership(operands) : hintOperands(operands)
  return { offset: node.pos, message, ...(hint === undefined ? {} : { hint }) }
}

function verbOf(operator: string): string {
  if (operator === '-_') return 'there is no minus of'
  if (['==', '!=', '<', '<=', '>', '>='].includes(operator)) return `${operator} cannot compare`
  return `${operator} does not take`
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  bool: 'true or false',
  int: 'a number',
  double: 'a number',
  uint: 'a number',
  null: 'null',
}

/** A node for messages: `model (text)`, `a number`. */
export function describeType(node: ASTNode): string {
  const type = staticType(node) ?? 'dyn'
  const record = recordOf(type)
  if (record !== undefined) return `${record} (a record)`
  const words = TYPE_WORDS[type] ?? `a ${type}`
  return attributeType(node) === undefined ? words : `${pathOf(node)} (${words})`
}

/** The record attribute of a static type: `key` of `Key`. */
function recordOf(type: string | undefined): string | undefined {
  return Object.keys(BUILT_IN_TYPES).find(
    name => recordFields(name) !== undefined && recordType(name) === type,
  )
}

/** The type of a node that is a built-in attribute or a field of one. */
function attributeType(node: ASTNode): string | undefined {
  if (node.op === 'id') return builtInType(node.args)
  const selection = selectionOf(node)
  return selection?.of.op === 'id' ? builtInType(selection.of.args, selection.key) : undefined
}

function hintOperands(operands: readonly ASTNode[]): string | undefined {
  const attribute = operands.find(operand => attributeType(operand) !== undefined)
  const literal = operands.find(operand => operand.op === 'value')
  if (attribute === undefined || literal === undefined) return undefined
  const path = pathOf(attribute)
  switch (attributeType(attribute)) {
    case 'bool':
      return `write ${path} or !${path}`
    case 'int':
      return 'write the number without quotes'
    case 'string':
      return 'write the text in quotes'
    case 'list<string>':
      return `write ${JSON.stringify(literal.args)} in ${path}`
    default:
      return undefined
  }
}

function hintMembership(operands: readonly ASTNode[]): string | undefined {
  const [part, text] = operands
  if (part === undefined || text === undefined || staticType(text) !== 'string') return undefined
  return `write ${pathOf(text)}.contains(${pathOf(part)})`
}

function explainChoice(node: ASTNode): SourceProblem {
  const [, consequent, alternate] = childrenOf(node).map(describeType)
  return {
    offset: node.pos,
    message: `? : chooses between values of one type, not ${consequent} and ${alternate}`,
  }
}

function explainTypeName(node: Extract<ASTNode, { op: 'id' }>): SourceProblem {
  const name = node.args
  return {
    offset: node.pos,
    message: `${name} is a type in CEL`,
    hint: `for the metadata key write metadata.${name}`,
  }
}

function explainLogicalOperand(node: ASTNode): SourceProblem {
  const culprit = childrenOf(node).find(operand => !isCondition(staticType(operand))) ?? node
  return { offset: culprit.pos, message: `${node.op} takes true or false, not ${describeType(culprit)}` }
}

/** Whether values of a static type can be true or false. */
export function isCondition(type: string | undefined): boolean {
  return type === 'bool' || type === 'dyn'
}

function explainCall(node: ASTNode): SourceProblem {
  if (node.op !== 'call' && node.op !== 'rcall')
    return { offset: node.pos, message: 'this call has the wrong arguments' }
  const name = node.args[0]
  const offset = node.op === 'call' ? node.pos : node.input.indexOf(name, node.args[1].end)
  if (!FUNCTION_NAMES.has(name))
    return { offset, message: `there is no function ${name}`, ...didYouMean(name) }
  const operands = node.op === 'call' ? node.args[1] : node.args[2]
  const types = operands.map(describeType).join(', ')
  const receiver = node.op === 'rcall' ? ` on ${describeType(node.args[1])}` : ''
  return { offset, message: `${name} cannot be called with (${types})${receiver}` }
}

function didYouMean(name: string): { hint?: string } {
  const known = nearest(name, [...FUNCTION_NAMES])
  return known === undefined ? {} : { hint: `did you mean ${known}?` }
}

function explainField(node: ASTNode): SourceProblem {
  const selection = selectionOf(node)
  const record = recordOf(selection === undefined ? undefined : staticType(selection.of))
  if (selection === undefined || record === undefined)
    return { offset: node.pos, message: 'there is no such field' }
  const fields = Object.keys(recordFields(record) ?? {}).join(', ')
  return { offset: node.pos, message: `${record} has no field ${selection.key}`, hint: `it has ${fields}` }
}

function explainPresence(node: ASTNode): SourceProblem {
  const message = 'has() takes a field'
  const selection = selectionOf(node)
  if (selection !== undefined) {
    return {
      offset: node.pos,
      message,
      hint: `write ${JSON.stringify(selection.key)} in ${pathOf(selection.of)}`,
    }
  }
  return node.op === 'id'
    ? { offset: node.pos, message, hint: `write has(metadata.${node.args})` }
    : { offset: node.pos, message }
}
