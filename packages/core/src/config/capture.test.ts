import { describe, expect, test } from 'vitest'
import { compileContext } from './fixtures/demo-config.ts'
import { compile } from './index.ts'
import { formatPath } from './problem.ts'

function compileWith(capture: unknown) {
  const config = {
    version: 1,
    providers: { p: { type: 'openai', base_url: 'http://localhost/v1' } },
    models: { 'p/a': {} },
    routers: { r: { default_route: { split: { variants: [{ id: 'a', model: 'p/a' }] } }, capture } },
  }
  return compile(config, compileContext)
}

function problemsOf(capture: unknown): string[] {
  const compiled = compileWith(capture)
  if (compiled.kind === 'compiled') return []
  return compiled.problems.map(({ code, path, message }) => `${code} ${formatPath(path)}: ${message}`)
}

function captureOf(capture: unknown) {
  const compiled = compileWith(capture)
  return compiled.kind === 'compiled' ? compiled.snapshot.routers['r']?.capture : undefined
}

test('nothing is captured unless the config says so', () => {
  expect(captureOf(undefined)).toBeNull()
})

test('a rate is enough: everything known is redacted, and 64 KiB are kept of each', () => {
  expect(captureOf({ rate: 0.1 })).toEqual({
    rate: 0.1,
    size: 65_536,
    redact: ['email', 'phone', 'card', 'iban', 'key', 'base64'],
    patterns: [],
  })
})

describe('a config is refused', () => {
  test.each<[string, unknown, string]>([
    ['without a rate', {}, 'invalid_type routers.r.capture.rate: is missing; it must be a number'],
    [
      'with a rate in percent',
      { rate: 10 },
      'too_big routers.r.capture.rate: Too big: expected number to be <=1',
    ],
    [
      'with much to keep',
      { rate: 1, size: '257KiB' },
      'invalid_value routers.r.capture.size: must be at most 256KiB',
    ],
    [
      'with an unknown kind of text',
      { rate: 1, redact: ['name'] },
      'invalid_value routers.r.capture.redact[0]: must be "email" or "phone" or "card" or "iban" or "key" or "base64"',
    ],
    [
      'with a pattern that is none',
      { rate: 1, patterns: ['EMP-[0-9]+', '(a'] },
      'pattern routers.r.capture.patterns[1]: the regular expression is not valid RE2: missing closing ): (a',
    ],
    [
      'with a pattern that needs to backtrack',
      { rate: 1, patterns: [String.raw`(\w+)\1`] },
      String.raw`pattern routers.r.capture.patterns[0]: the regular expression is not valid RE2: invalid escape sequence: \1`,
    ],
    [
      'with a pattern that is everywhere',
      { rate: 1, patterns: ['a*'] },
      'pattern routers.r.capture.patterns[0]: the regular expression matches the empty text',
    ],
  ])('%s', (_, capture, problem) => {
    expect(problemsOf(capture)).toEqual([problem])
  })
})
