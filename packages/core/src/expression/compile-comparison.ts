// Equality, order and membership. Most conditions are one of these over an attribute and a literal, so literals
// have closures of their own.
import type { ASTNode } from '@marcbachmann/cel-js'
import { compileBuiltInNumber } from './compile-access.ts'
import { Failed, Fault } from './fault.ts'
import { OUT_OF_STEPS } from './frame.ts'
import type { Run, Scope } from './scope.ts'
import { canAfford } from './steps.ts'
import { literalOf } from './syntax-tree.ts'
import { isEqual, isMap, lookUp, order, typeName } from './value.ts'

type Operands = readonly [ASTNode, ASTNode]

type EqualityOperator = '==' | '!='

export function compileEquality(operator: EqualityOperator, operands: Operands, scope: Scope): Run {
  const [left, right] = operands
  const rightLiteral = literalOf(right)
  if (isScalar(rightLiteral)) return comparedWith(rightLiteral, operator, compileOperand(left, scope))
  const leftLiteral = literalOf(left)
  if (isScalar(leftLiteral)) return comparedWith(leftLiteral, operator, compileOperand(right, scope))
  return compared(compileOperand(left, scope), operator, compileOperand(right, scope), scope)
}

type Scalar = string | boolean | null

function isScalar(literal: unknown): literal is Scalar {
  return typeof literal === 'string' || typeof literal === 'boolean' || literal === null
}

function comparedWith(literal: Scalar, operator: EqualityOperator, run: Run): Run {
  const whenEqual = operator === '=='
  return (attributes, frame) => {
    const value = run(attributes, frame)
    if (value === literal) return whenEqual
    return value instanceof Fault ? value : !whenEqual
  }
}

function compared(left: Run, operator: EqualityOperator, right: Run, scope: Scope): Run {
  const whenEqual = operator === '=='
  return (attributes, frame) => {
    const first = left(attributes, frame)
    if (first instanceof Fault) return first
    const second = right(attributes, frame)
    if (second instanceof Fault) return second
    if (!canAfford(first, frame, scope)) return OUT_OF_STEPS
    return isEqual(first, second) === whenEqual
  }
}

type OrderOperator = '<' | '<=' | '>' | '>='

const ORDER_TESTS: Record<OrderOperator, (order: number) => boolean> = {
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0,
}

export function compileOrder(operator: OrderOperator, operands: Operands, scope: Scope): Run {
  const left = compileOperand(operands[0], scope)
  const right = compileOperand(operands[1], scope)
  const test = ORDER_TESTS[operator]
  return (attributes, frame) => {
    const first = left(attributes, frame)
    if (first instanceof Fault) return first
    const second = right(attributes, frame)
    if (second instanceof Fault) return second
    if (!canAfford(first, frame, scope)) return OUT_OF_STEPS
    const result = order(first, second)
    if (result !== undefined) return test(result)
    return new Failed(`cannot compare ${typeName(first)} with ${typeName(second)} by ${operator}`)
  }
}

/**
 * An operand whose numeric type does not matter: ints that a double holds exactly are compared as doubles, which
 * spares a bigint per evaluation.
 */
function compileOperand(node: ASTNode, scope: Scope): Run {
  const literal = literalOf(node)
  if (typeof literal === 'bigint' && Number.isSafeInteger(Number(literal))) {
    const number = Number(literal)
    return () => number
  }
  return compileBuiltInNumber(node, scope) ?? scope.compile(node, scope)
}

export function compileMembership(operands: Operands, scope: Scope): Run {
  const [element, container] = operands
  const literals = stringsOf(container)
  if (literals !== undefined) return isOneOf(scope.compile(element, scope), literals)
  return contains(compileOperand(element, scope), scope.compile(container, scope), scope)
}

/** The elements of a list of string literals. */
function stringsOf(node: ASTNode): readonly unknown[] | undefined {
  if (node.op !== 'list') return undefined
  const literals = node.args.map(literalOf)
  return literals.every(literal => typeof literal === 'string') ? literals : undefined
}

function isOneOf(run: Run, literals: readonly unknown[]): Run {
  const set = new Set(literals)
  return (attributes, frame) => {
    const value = run(attributes, frame)
    return value instanceof Fault ? value : set.has(value)
  }
}

function hasElement(list: readonly unknown[], value: unknown): boolean {
  return typeof value === 'string' ? list.includes(value) : list.some(item => isEqual(item, value))
}

function contains(element: Run, container: Run, scope: Scope): Run {
  return (attributes, frame) => {
    const value = element(attributes, frame)
    if (value instanceof Fault) return value
    const within = container(attributes, frame)
    if (within instanceof Fault) return within
    if (!canAfford(within, frame, scope)) return OUT_OF_STEPS
    if (Array.isArray(within)) return hasElement(within, value)
    if (isMap(within)) return lookUp(within, value) !== undefined
    return new Failed(`cannot look for ${typeName(value)} in ${typeName(within)}`)
  }
}
