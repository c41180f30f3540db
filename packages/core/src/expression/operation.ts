// One operation of the CEL library, applied to values that we evaluate: arithmetic, conversions, functions on text
// and time. Its exceptions become faults here.
import type { ASTNode } from '@marcbachmann/cel-js'
import { bareEnvironment, plainTypes } from './environment.ts'
import { Failed, Fault } from './fault.ts'
import { OUT_OF_STEPS } from './frame.ts'
import { STEPS_PER_CALL } from './limit.ts'
import type { Run, Scope } from './scope.ts'
import { canAfford } from './steps.ts'
import { isInRange } from './value.ts'

const OPERANDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'] as const

const OVERFLOW = new Failed('the result is out of range')

/** @param source the operation, with the operands named a, b, c, ... */
export function compileOperation(source: string, operands: readonly ASTNode[], scope: Scope): Run {
  const runs = operands.map(operand => scope.compile(operand, scope))
  const apply = bareEnvironment.parse(source)
  const steps = scope.variables.length > 0 ? STEPS_PER_CALL : 0
  return (attributes, frame) => {
    const values: Record<string, unknown> = {}
    for (const [index, run] of runs.entries()) {
      const value = run(attributes, frame)
      if (value instanceof Fault) return value
      if (!canAfford(value, frame, scope)) return OUT_OF_STEPS
      values[OPERANDS[index] ?? ''] = value
    }
    return frame.spend(steps) ? applyOperation(apply, values) : OUT_OF_STEPS
  }
}

/** A call of a function or, with `receiver`, of a method. */
export function compileLibraryCall(
  kind: 'function' | 'method',
  name: string,
  operands: readonly ASTNode[],
  scope: Scope,
): Run {
  const [first, ...rest] = OPERANDS.slice(0, operands.length)
  const source =
    kind === 'method' ? `${first}.${name}(${rest.join(', ')})` : `${name}(${[first, ...rest].join(', ')})`
  return compileOperation(source, operands, scope)
}

function applyOperation(
  apply: (values: Record<string, unknown>) => unknown,
  values: Record<string, unknown>,
): unknown {
  try {
    const value = apply(values)
    return isInRange(value) ? value : OVERFLOW
  } catch (error) {
    return new Failed(describeError(error))
  }
}

/** The library's `message` shows the source, here that of the operation; its `summary` does not. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const summary = 'summary' in error && typeof error.summary === 'string' ? error.summary : error.message
  return plainTypes(summary)
}
