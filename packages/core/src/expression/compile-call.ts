// Calls: macros, the tests on text that conditions are made of, and for all other functions the library.
import type { ASTNode } from '@marcbachmann/cel-js'
import { compilePresence } from './compile-access.ts'
import { compileMacro } from './compile-macro.ts'
import { Failed, Fault } from './fault.ts'
import { OUT_OF_STEPS } from './frame.ts'
import { MATCHING_PER_STEP, MAX_MATCHED_TEXT } from './limit.ts'
import { compileLibraryCall } from './operation.ts'
import { compilePattern } from './pattern.ts'
import type { Run, Scope } from './scope.ts'
import { canAfford } from './steps.ts'
import { asMacro, literalOf } from './syntax-tree.ts'
import { typeName } from './value.ts'

export function compileCall(node: Extract<ASTNode, { op: 'call' }>, scope: Scope): Run {
  const [name, operands] = node.args
  const [first, second] = operands
  if (name === 'has' && first !== undefined) return compilePresence(first, scope)
  if (name === 'dyn' && first !== undefined) return scope.compile(first, scope)
  if (name === 'matches' && first !== undefined && second !== undefined)
    return compileMatch(first, second, scope)
  return compileLibraryCall('function', name, operands, scope)
}

export function compileMethodCall(node: Extract<ASTNode, { op: 'rcall' }>, scope: Scope): Run {
  const macro = asMacro(node)
  if (macro !== undefined) return compileMacro(macro, scope)
  const [name, receiver, operands] = node.args
  const [operand] = operands
  if (operand !== undefined && operands.length === 1) {
    if (name === 'matches') return compileMatch(receiver, operand, scope)
    const test = TEXT_TESTS.get(name)
    if (test !== undefined) return compileTextTest(name, test, [receiver, operand], scope)
  }
  return compileLibraryCall('method', name, [receiver, ...operands], scope)
}

type TextTest = (text: string, part: string) => boolean

const TEXT_TESTS: ReadonlyMap<string, TextTest> = new Map<string, TextTest>([
  ['contains', (text, part) => text.includes(part)],
  ['endsWith', (text, part) => text.endsWith(part)],
  ['startsWith', (text, part) => text.startsWith(part)],
])

function compileTextTest(
  name: string,
  test: TextTest,
  operands: readonly [ASTNode, ASTNode],
  scope: Scope,
): Run {
  const left = scope.compile(operands[0], scope)
  const right = scope.compile(operands[1], scope)
  return (attributes, frame) => {
    const text = left(attributes, frame)
    if (text instanceof Fault) return text
    const part = right(attributes, frame)
    if (part instanceof Fault) return part
    if (typeof text !== 'string' || typeof part !== 'string') return notText(name, text, part)
    return canAfford(text, frame, scope) ? test(text, part) : OUT_OF_STEPS
  }
}

const TOO_LONG = new Failed(`matches takes text of at most ${MAX_MATCHED_TEXT} characters`)

function compileMatch(text: ASTNode, pattern: ASTNode, scope: Scope): Run {
  const source = literalOf(pattern)
  if (typeof source !== 'string') throw new Error('matches() takes a literal pattern; the check sees to it')
  const compiled = compilePattern(source)
  const stepsPerCharacter = scope.variables.length > 0 ? compiled.size / MATCHING_PER_STEP : 0
  const run = scope.compile(text, scope)
  return (attributes, frame) => {
    const value = run(attributes, frame)
    if (value instanceof Fault) return value
    if (typeof value !== 'string') return notText('matches', value, source)
    if (value.length > MAX_MATCHED_TEXT) return TOO_LONG
    return frame.spend(Math.floor(value.length * stepsPerCharacter)) ? compiled.test(value) : OUT_OF_STEPS
  }
}

function notText(name: string, text: unknown, part: unknown): Failed {
  return new Failed(`${name} takes text, got ${typeName(text)} and ${typeName(part)}`)
}
