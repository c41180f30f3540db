// What is wrong, or looks wrong, with an expression, and where.

/** A finding by its place in the source, in UTF-16 code units from 0. */
export interface SourceProblem {
  readonly offset: number
  /** What is wrong. No full stop, no newline. */
  readonly message: string
  /** What would be right. */
  readonly hint?: string
}

/** A finding as people count: lines and columns from 1, columns in UTF-16 code units as editors show them. */
export interface LocatedProblem {
  readonly message: string
  readonly line: number
  readonly column: number
  readonly hint?: string
}

export function locate(source: string, problem: SourceProblem): LocatedProblem {
  const before = source.slice(0, problem.offset)
  const { message, hint } = problem
  return {
    message,
    line: before.split('\n').length,
    column: before.length - before.lastIndexOf('\n'),
    ...(hint === undefined ? {} : { hint }),
  }
}
