import { expect, test } from 'vitest'
import { problemOfPattern } from './custom-pattern.ts'

test.each([
  ['EMP-[0-9]{6}', undefined],
  [String.raw`(?i)\bcustomer (?:no|number) \d+`, undefined],
  ['(a+)+$', undefined],
  ['a*', 'the regular expression matches the empty text'],
  ['', 'the regular expression matches the empty text'],
  ['(a', 'the regular expression is not valid RE2: missing closing ): (a'],
  ['(?<!a)b', 'the regular expression is not valid RE2: invalid named capture: (?<!a)b'],
  [String.raw`(a)\1`, String.raw`the regular expression is not valid RE2: invalid escape sequence: \1`],
  ['(?:a{1,100}b){10}', 'the regular expression is too large'],
])('of %j: %s', (source, problem) => {
  expect(problemOfPattern(source)).toBe(problem)
})
