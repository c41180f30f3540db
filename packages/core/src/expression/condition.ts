// Conditions: checked when a config is saved, compiled once, evaluated at every decision. Deciding needs no I/O and
// never throws; what a request lacks or a client gets wrong is an outcome.
import type { ASTNode } from '@marcbachmann/cel-js'
import type { Attributes } from './attributes.ts'
import { compileExpression } from './compile.ts'
import { notBool } from './compile-logic.ts'
import { conditionEnvironment, plainTypes, TYPE_NAMES } from './environment.ts'
import { explainSyntax } from './explain-syntax.ts'
import { describeType, explainType, isCondition } from './explain-type.ts'
import { Failed, type Missing } from './fault.ts'
import { EMPTY_FRAME, Frame } from './frame.ts'
import { MAX_SOURCE_LENGTH } from './limit.ts'
import { describeError } from './operation.ts'
import { type LocatedProblem, locate, type SourceProblem } from './problem.ts'
import { findBreach } from './rule.ts'
import { asMacro, freeNames, visit } from './syntax-tree.ts'
import { findWarnings } from './warning.ts'

/** What is known of a condition without a request. */
export type ConditionCheck =
  | {
      readonly kind: 'valid'
      /** Root names it refers to: built-in attributes, and for the rest metadata keys. */
      readonly attributes: ReadonlySet<string>
      readonly warnings: readonly LocatedProblem[]
    }
  | ({ readonly kind: 'invalid' } & LocatedProblem)

/** What a condition says of a request. Only `true` takes the route; the others say why not. */
export type ConditionOutcome =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  /** The request lacks what the condition names: `tier`, `metadata.user.plan`. */
  | { readonly kind: 'missing'; readonly key: string }
  /** The values are of types the condition cannot be worked out with, or it took too many steps. */
  | { readonly kind: 'failed'; readonly message: string }

export interface CompiledCondition {
  readonly source: string
  readonly attributes: ReadonlySet<string>
  /** Never throws. Allocates nothing for comparisons of attributes with literals, whatever the outcome. */
  evaluate(attributes: Attributes): ConditionOutcome
}

const TRUE: ConditionOutcome = Object.freeze({ kind: 'true' })
const FALSE: ConditionOutcome = Object.freeze({ kind: 'false' })

/** Checks syntax, types and cost. Never throws, whatever the source. */
export function checkCondition(source: string): ConditionCheck {
  const analysis = analyse(source)
  if (analysis.kind === 'invalid') return { kind: 'invalid', ...locate(source, analysis.problem) }
  return {
    kind: 'valid',
    attributes: attributesOf(analysis.root),
    warnings: findWarnings(analysis.root).map(warning => locate(source, warning)),
  }
}

/** @throws Error for a source that `checkCondition` calls invalid, and for no other */
export function compileCondition(source: string): CompiledCondition {
  const analysis = analyse(source)
  if (analysis.kind === 'invalid') throw new Error(`invalid condition: ${analysis.problem.message}`)
  const run = compileExpression(analysis.root, 'built-in')
  const createFrame = usesMacro(analysis.root) ? (): Frame => new Frame() : (): Frame => EMPTY_FRAME
  return {
    source,
    attributes: attributesOf(analysis.root),
    evaluate(attributes) {
      try {
        return toOutcome(run(attributes, createFrame()))
      } catch (error) {
        return new Failed(describeError(error))
      }
    },
  }
}

function toOutcome(value: unknown): ConditionOutcome {
  if (value === true) return TRUE
  return value === false ? FALSE : (notBool(value) as Missing | Failed)
}

type Analysis =
  | { readonly kind: 'valid'; readonly root: ASTNode }
  | { readonly kind: 'invalid'; readonly problem: SourceProblem }

function analyse(source: string): Analysis {
  if (source.length > MAX_SOURCE_LENGTH) {
    return invalid({
      offset: MAX_SOURCE_LENGTH,
      message: `the condition is longer than ${MAX_SOURCE_LENGTH} characters`,
    })
  }
  try {
    return analyseParsed(conditionEnvironment.parse(source))
  } catch (error) {
    return invalid(explainSyntax(source, error))
  }
}

function analyseParsed(parsed: ReturnType<typeof conditionEnvironment.parse>): Analysis {
  const root = parsed.ast
  const breach = findBreach(root)
  if (breach !== undefined) return invalid(breach)
  const { valid, type, error } = parsed.check()
  if (!valid) return invalid(explainType(error))
  const plainType = plainTypes(type ?? 'dyn')
  if (isCondition(plainType)) return { kind: 'valid', root }
  return invalid({
    offset: root.start,
    message: `a condition is true or false, this is ${describeType(root)}`,
  })
}

function invalid(problem: SourceProblem): Analysis {
  return { kind: 'invalid', problem }
}

function attributesOf(root: ASTNode): ReadonlySet<string> {
  return new Set([...freeNames(root).keys()].filter(name => !TYPE_NAMES.has(name)))
}

function usesMacro(root: ASTNode): boolean {
  let found = false
  visit(root, node => {
    found ||= asMacro(node) !== undefined
  })
  return found
}
