// The logical operators and the conditional. `&&` and `||` are commutative in CEL: an operand that decides the result
// absorbs a fault of the other, on either side.
import type { ASTNode } from '@marcbachmann/cel-js'
import { Failed, Fault } from './fault.ts'
import type { Run, Scope } from './scope.ts'
import { typeName } from './value.ts'

export function compileAnd(operands: readonly [ASTNode, ASTNode], scope: Scope): Run {
  const left = scope.compile(operands[0], scope)
  const right = scope.compile(operands[1], scope)
  return (attributes, frame) => {
    const first = left(attributes, frame)
    if (first === false) return false
    const second = right(attributes, frame)
    if (second === false) return false
    return first === true && second === true ? true : firstFault(first, second)
  }
}

export function compileOr(operands: readonly [ASTNode, ASTNode], scope: Scope): Run {
  const left = scope.compile(operands[0], scope)
  const right = scope.compile(operands[1], scope)
  return (attributes, frame) => {
    const first = left(attributes, frame)
    if (first === true) return true
    const second = right(attributes, frame)
    if (second === true) return true
    return first === false && second === false ? false : firstFault(first, second)
  }
}

export function compileNot(operand: ASTNode, scope: Scope): Run {
  const run = scope.compile(operand, scope)
  return (attributes, frame) => {
    const value = run(attributes, frame)
    return typeof value === 'boolean' ? !value : notBool(value)
  }
}

export function compileChoice(operands: readonly [ASTNode, ASTNode, ASTNode], scope: Scope): Run {
  const test = scope.compile(operands[0], scope)
  const consequent = scope.compile(operands[1], scope)
  const alternate = scope.compile(operands[2], scope)
  return (attributes, frame) => {
    const value = test(attributes, frame)
    if (value === true) return consequent(attributes, frame)
    return value === false ? alternate(attributes, frame) : notBool(value)
  }
}

function firstFault(first: unknown, second: unknown): Fault {
  return notBool(typeof first === 'boolean' ? second : first)
}

/** The fault of a value that should have been true or false. */
export function notBool(value: unknown): Fault {
  return value instanceof Fault ? value : new Failed(`expected true or false, got ${typeName(value)}`)
}
