import { compile } from '@weir/core/config'
import { type ActiveCapture, activate, type Decision } from '@weir/core/routing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Capture, drawCapture, identitiesIn } from './capture.ts'
import { CaptureMemory } from './capture-memory.ts'

const split = { variants: [{ id: 'a', model: 'p/a' }] }

/** The rules of a router whose config says this of capture. */
function rulesOf(capture: object | undefined): ActiveCapture | null {
  const config = {
    version: 1,
    providers: { p: { type: 'openai', base_url: 'http://localhost/v1' } },
    models: { 'p/a': {} },
    routers: { r: { default_route: { split }, ...(capture !== undefined && { capture }) } },
  }
  const compiled = compile(config, {
    revision: 1,
    tables: new Map(),
    isTimeZone: () => true,
    digestOfEnv: () => undefined,
    isPackageInstalled: () => true,
    isEnvSet: () => true,
    hasStoredCredential: () => true,
  })
  if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.problems))
  return activate(compiled.snapshot).routers.get('r')?.capture ?? null
}

function captured(prompt: string, answer: string, rules: object = {}, identities: readonly string[] = []) {
  const active = rulesOf({ rate: 1, ...rules })
  if (active === null) throw new Error('nothing is captured')
  const capture = new Capture(active, new CaptureMemory(), 0)
  capture.takePrompt(prompt, identities)
  return capture.finish(answer)
}

/** As much of a decision as is looked at. */
const decisionOf = (rules: object | undefined, unit: string | null = null) =>
  ({
    router: { capture: rulesOf(rules) },
    unit: unit === null ? null : { source: 'user', id: unit },
  }) as Decision

describe('a request is captured', () => {
  const isDrawn = (rules: object | undefined) =>
    drawCapture(decisionOf(rules), 10, new CaptureMemory()) !== null

  test('always at rate 1, never at rate 0 or without rules', () => {
    for (let request = 0; request < 200; request++) {
      expect([isDrawn({ rate: 1 }), isDrawn({ rate: 0 }), isDrawn(undefined)]).toEqual([true, false, false])
    }
  })

  test('not when its key’s own routing decided, or nothing was split', () => {
    expect(drawCapture({ router: null } as Decision, 10, new CaptureMemory())).toBeNull()
  })

  test('unless those under way take all the room; that of one that is over is free', () => {
    const memory = new CaptureMemory(10_000)
    const draw = () => drawCapture(decisionOf({ rate: 1, size: '1KiB' }), 2000, memory)
    const first = draw()
    expect(first).not.toBeNull()
    expect(draw()).toBeNull()
    first?.finish('')
    first?.release()
    expect(draw()).not.toBeNull()
    expect(draw()).toBeNull()
  })
})

describe('what is kept', () => {
  test('is prompt and answer, redacted', () => {
    expect(
      captured('{"content":"I am ann@example.com"}', 'Hello ann@example.com, call +49 30 123456'),
    ).toEqual({
      prompt: '{"content":"I am [email]"}',
      answer: 'Hello [email], call [phone]',
      truncated: [],
      redactions: 3,
    })
  })

  test.each([
    [{ redact: [] }, 'ann@example.com EMP-1'],
    [{ redact: ['card'] }, 'ann@example.com EMP-1'],
    [{ redact: ['email'] }, '[email] EMP-1'],
    [{ redact: [], patterns: ['EMP-[0-9]+'] }, 'ann@example.com [redacted]'],
    [{ patterns: ['EMP-[0-9]+'] }, '[email] [redacted]'],
  ])('is redacted by the rules %j', (rules, answer) => {
    expect(captured('', 'ann@example.com EMP-1', rules).answer).toBe(answer)
  })

  test('does not name who asks', () => {
    const body = '{"user":"ann","metadata":{"account":"a-7"},"content":"I am ann"}'
    const ids = identitiesIn(decisionOf({ rate: 1 }, 'a-7'), 'ann')
    expect(captured(body, '', {}, ids).prompt).toBe(
      '{"user":"[user]","metadata":{"account":"[user]"},"content":"I am ann"}',
    )
  })

  test('is cut to its size in bytes, each by itself, without half characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 3000 }),
        fc.string({ maxLength: 3000 }),
        (prompt, answer) => {
          const kept = captured(prompt, answer, { size: '1KiB', redact: [] })
          expect(Buffer.byteLength(kept.prompt)).toBeLessThanOrEqual(1024)
          expect(prompt.startsWith(kept.prompt)).toBe(true)
          expect(kept.truncated.includes('prompt')).toBe(Buffer.byteLength(prompt) > 1024)
          expect(kept.truncated.includes('answer')).toBe(Buffer.byteLength(answer) > 1024)
        },
      ),
    )
  })

  test('holds no beginning of what goes on behind the cut', () => {
    const key = `sk-${'a1'.repeat(1500)}`
    const { answer, truncated } = captured('', `${'x '.repeat(500)}${key}`, { size: '1KiB' })
    expect(answer).toBe(`${'x '.repeat(500)}[key]`)
    expect(truncated).toEqual(['answer'])
  })
})

describe('identities', () => {
  test.each<[string | null, string | undefined, string[]]>([
    [null, undefined, []],
    ['ann', 'ann', ['ann']],
    ['a-7', 'ann', ['ann', 'a-7']],
    ['a-7', '', ['a-7']],
  ])('of unit %j and user %j', (unit, user, ids) => {
    expect(identitiesIn(decisionOf(undefined, unit), user)).toEqual(ids)
  })

  test.each(['key', 'request', 'conversation'] as const)('are no units of the kind %s', source => {
    expect(identitiesIn({ unit: { source, id: 'app' } } as Decision, undefined)).toEqual([])
  })
})
