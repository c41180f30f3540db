// Evaluates any expression over any variables, exactly as conditions are evaluated but without their attributes: the
// seam at which the conformance suite and the comparison with the library's own evaluator take hold.
import type { Attributes } from './attributes.ts'
import { compileExpression } from './compile.ts'
import { bareEnvironment, plainTypes } from './environment.ts'
import { Failed, Fault } from './fault.ts'
import { Frame } from './frame.ts'
import { describeError } from './operation.ts'
import { findBreach } from './rule.ts'

export type Evaluation =
  | { readonly kind: 'value'; readonly value: unknown; readonly type: string }
  | { readonly kind: 'fault'; readonly fault: Fault }

export function evaluateExpression(source: string, variables: Readonly<Record<string, unknown>>): Evaluation {
  try {
    const parsed = bareEnvironment.parse(source)
    const breach = findBreach(parsed.ast)
    if (breach !== undefined) return { kind: 'fault', fault: new Failed(breach.message) }
    const check = parsed.check()
    if (check.error !== undefined) throw check.error
    const attributes = { metadata: variables } as unknown as Attributes
    const value = compileExpression(parsed.ast, 'metadata')(attributes, new Frame())
    if (value instanceof Fault) return { kind: 'fault', fault: value }
    return { kind: 'value', value, type: plainTypes(check.type ?? 'dyn') }
  } catch (error) {
    return { kind: 'fault', fault: new Failed(describeError(error)) }
  }
}
