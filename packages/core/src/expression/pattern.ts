// Regular expressions for `matches`: RE2's syntax, matched in time linear in the text, as CEL demands. JavaScript's
// own engine backtracks, so a client could stop the event loop with one metadata value.
import { RE2JS, RE2JSException } from 're2js'
import { MAX_PATTERN_SIZE } from './limit.ts'

export interface Pattern {
  /** Instructions; matching takes at most this times the length of the text. */
  readonly size: number
  /** Whether any part of `text` matches. */
  test(text: string): boolean
}

/** Why a regular expression cannot be used, in words. */
export class PatternError extends Error {}

/** @throws PatternError */
export function compilePattern(source: string): Pattern {
  const pattern = parsePattern(source)
  const size = pattern.programSize()
  if (size > MAX_PATTERN_SIZE) throw new PatternError('the regular expression is too large')
  return { size, test: text => pattern.test(text) }
}

function parsePattern(source: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    throw new PatternError(`the regular expression is not valid RE2: ${reason(error.message)}`)
  }
}

function reason(message: string): string {
  return message.replace(/^error parsing regexp: /, '').replaceAll('`', '')
}
