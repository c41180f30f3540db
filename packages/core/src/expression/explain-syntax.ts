// Says in a user's words what the parser objects to, with the CEL for what was probably meant.
import { ParseError } from '@marcbachmann/cel-js'
import { PARSER_LIMITS } from './limit.ts'
import type { SourceProblem } from './problem.ts'

/** What other languages call the operators of CEL, as found where the parser stopped. */
const OPERATOR_HINTS: ReadonlyMap<string, string> = new Map([
  ['=', 'to compare write =='],
  ['&', 'write && for "and"'],
  ['|', 'write || for "or"'],
  ['and', 'write && for "and"'],
  ['or', 'write || for "or"'],
  ['AND', 'write && for "and"'],
  ['OR', 'write || for "or"'],
  ['<>', 'write != for "not equal"'],
  ['is', 'to compare write =='],
  ['contains', 'write it as a method: model.contains("gpt")'],
  ['startsWith', 'write it as a method: model.startsWith("gpt")'],
  ['endsWith', 'write it as a method: model.endsWith("mini")'],
  ['matches', 'write it as a method: model.matches("^gpt-[0-9]")'],
  ['=~', 'write it as a method: model.matches("^gpt-[0-9]")'],
])

const LIMIT_WORDS: Readonly<Record<string, string>> = {
  maxAstNodes: `the condition has more than ${PARSER_LIMITS.maxAstNodes} parts`,
  maxDepth: `the condition is nested more than ${PARSER_LIMITS.maxDepth} deep`,
  maxListElements: `a list has more than ${PARSER_LIMITS.maxListElements} elements`,
  maxMapEntries: `a map has more than ${PARSER_LIMITS.maxMapEntries} entries`,
  maxCallArguments: `a call has more than ${PARSER_LIMITS.maxCallArguments} arguments`,
}

const TOKEN_PATTERN = /^(?:=~|=>|<>|[A-Za-z_]\w*|"[^"\n]{0,20}"?|'[^'\n]{0,20}'?|\d[\w.]*|.)/su

/** @param error what the parser threw */
export function explainSyntax(source: string, error: unknown): SourceProblem {
  if (error instanceof RangeError) return { offset: 0, message: 'the condition is nested too deep' }
  if (!(error instanceof ParseError)) return { offset: 0, message: String(error) }
  const offset = Math.min(error.range?.start ?? 0, source.length)
  return { offset, ...explainAt(source, offset, error) }
}

type Explanation = Omit<SourceProblem, 'offset'>

function explainAt(source: string, offset: number, error: ParseError): Explanation {
  switch (error.code) {
    case 'unexpected_character':
    case 'unexpected_token':
    case 'expected_token':
      return explainUnexpected(source, offset)
    case 'reserved_identifier':
      return explainReserved(source, offset)
    case 'limit_exceeded':
      return { message: explainLimit(error.summary) }
    case 'unterminated_string':
    case 'newline_in_string':
      return { message: 'the quotes of a text are not closed' }
    case 'invalid_macro_argument':
      return {
        message: 'the first argument of a macro is a new name',
        hint: 'such as key.tags.exists(tag, tag == "beta")',
      }
    default:
      return { message: error.summary.charAt(0).toLowerCase() + error.summary.slice(1) }
  }
}

function explainUnexpected(source: string, offset: number): Explanation {
  const token = TOKEN_PATTERN.exec(source.slice(offset))?.[0]
  if (token === undefined)
    return source.trim() === '' ? { message: 'the condition is empty' } : explainEnd(source)
  const hint = hintAt(source, offset, token)
  return { message: `unexpected ${token}`, ...(hint === undefined ? {} : { hint }) }
}

function explainEnd(source: string): Explanation {
  const opened = source.split('(').length > source.split(')').length
  return {
    message: 'the condition ends too early',
    ...(opened ? { hint: 'a parenthesis is not closed' } : {}),
  }
}

function hintAt(source: string, offset: number, token: string): string | undefined {
  const before = source.slice(0, offset).trimEnd()
  if (token === '=' && before.endsWith('=')) return 'to compare write =='
  if (token === '>' && before.endsWith('<')) return OPERATOR_HINTS.get('<>')
  if (token === '~' && before.endsWith('=')) return OPERATOR_HINTS.get('=~')
  if (/(?:^|[^\w.])not$/i.test(before)) {
    return token === 'in' ? 'write !(a in b) for "not in"' : 'write ! for "not"'
  }
  if (token === 'not') return 'write !(a in b) for "not in"'
  if (/[“”‘’„]/.test(token)) return 'write straight quotes'
  return OPERATOR_HINTS.get(token)
}

function explainReserved(source: string, offset: number): Explanation {
  const word = /^\w+/.exec(source.slice(offset))?.[0] ?? ''
  return { message: `${word} is a reserved word of CEL`, hint: `for the metadata key write metadata.${word}` }
}

function explainLimit(summary: string): string {
  const limit = /max\w+/.exec(summary)?.[0] ?? ''
  return LIMIT_WORDS[limit] ?? summary
}
