// What a compiled expression is, and what the compiler of one node needs to know about its surroundings.
import type { ASTNode } from '@marcbachmann/cel-js'
import type { Attributes } from './attributes.ts'
import type { Frame } from './frame.ts'

/** A compiled expression: its value, or a Fault. */
export type Run = (attributes: Attributes, frame: Frame) => unknown

export interface Scope {
  /** `built-in`: attributes and, for other names, metadata keys. `metadata`: every name is a metadata key. */
  readonly names: 'built-in' | 'metadata'
  /** The variables of the macros around the node; the index is the variable's place in the frame. */
  readonly variables: readonly string[]
  /** Compiles a part, within the same scope or an inner one. */
  readonly compile: (node: ASTNode, scope: Scope) => Run
}
