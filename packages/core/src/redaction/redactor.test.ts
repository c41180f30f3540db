import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BUILT_IN_NAMES } from './built-in.ts'
import { Redactor } from './redactor.ts'

const all = new Redactor({ redact: BUILT_IN_NAMES, patterns: [] })
const redact = (text: string, by = all) => by.redact(text, text.length).text

describe('escapes do not slip past', () => {
  test.each([
    ['a character of JSON', String.raw`{"m":"ann\u0040example.com"}`, '{"m":"[email]"}'],
    ['every character of JSON', escaped('ann@example.com'), '[email]'],
    ['a letter beyond ASCII', String.raw`jos\u00e9@example.com`, '[email]'],
    [
      'JSON in JSON',
      JSON.stringify(JSON.stringify({ m: 'josé@example.com' })),
      String.raw`"{\"m\":\"[email]\"}"`,
    ],
    [
      'an escape in JSON in JSON',
      JSON.stringify({ arguments: String.raw`{"m":"ann\u0040example.com"}` }),
      String.raw`{"arguments":"{\"m\":\"[email]\"}"}`,
    ],
    ['a URL', 'https://example.com/?m=ann%40example.com&x=1', 'https://example.com/?m=[email]&x=1'],
    ['a line end before it', String.raw`Call\n+49 30 123456`, String.raw`Call\n[phone]`],
    ['a line end within it', String.raw`4111 1111\n1111 1111`, String.raw`4111 1111\n1111 1111`],
    [
      'hyphens and spaces of other kinds',
      'Call 415\u2011555\u20112671 or +49\u202f30\u00a0123456',
      'Call [phone] or [phone]',
    ],
    [
      'digits and signs of full width',
      '\uff10\uff19\uff10\u22121234\u22125678, ann\uff20example.com',
      '[phone], [email]',
    ],
    ['what is not seen', 'a\u200bnn@exam\u00adple.com', '[email]'],
    ['what is not seen, escaped', String.raw`a\u200bnn@exam\u00adple.com`, '[email]'],
    ['what decoding would tear apart', '100%4111111111111111', '100%[card]'],
  ])('%s', (_, text, redacted) => {
    expect(redact(text)).toBe(redacted)
  })

  test('however often a text is quoted in JSON', () => {
    const layers = fc.integer({ min: 0, max: 4 })
    fc.assert(
      fc.property(layers, layers, (escapedAt, quotedAt) => {
        let text = 'mail ann@example.com'
        for (let layer = 0; layer < quotedAt; layer++) {
          text = JSON.stringify(text)
          if (layer === escapedAt) text = text.replace('@', String.raw`\u0040`)
        }
        expect(redact(text)).not.toMatch(/ann|example/)
      }),
    )
  })
})

function escaped(text: string): string {
  return Array.from(text, character => String.raw`\u00` + character.charCodeAt(0).toString(16)).join('')
}

describe('a text that is cut', () => {
  const text = 'Write to ann@example.com, not to me'

  test('keeps nothing of what goes on behind the cut', () => {
    for (let end = 0; end <= text.length; end++) {
      const { text: kept } = all.redact(text, end)
      expect('Write to [email], not to me').toContain(kept)
    }
  })

  test('counts what it replaced up to there', () => {
    expect(all.redact(text, 5).redactions).toBe(0)
    expect(all.redact(text, 12).redactions).toBe(1)
  })
})

describe('what a user adds', () => {
  const by = (...patterns: string[]) => new Redactor({ redact: [], patterns })

  test('is replaced, and nothing else', () => {
    expect(redact('EMP-123456 wrote to ann@example.com', by('EMP-[0-9]{6}'))).toBe(
      '[redacted] wrote to ann@example.com',
    )
  })

  test('is found wherever it stands in a long text, and through escapes', () => {
    const place = fc.integer({ min: 0, max: 12_000 })
    fc.assert(
      fc.property(place, at => {
        const text = `${'x'.repeat(at)} EMP\\u002d123456 ${'y'.repeat(500)}`
        expect(redact(text, by('EMP-[0-9]{6}'))).toBe(`${'x'.repeat(at)} [redacted] ${'y'.repeat(500)}`)
      }),
    )
  })

  test('knows where words and texts begin in every piece of a long text', () => {
    const long = 'word '.repeat(4000)
    expect(redact(long, by(String.raw`^word`))).toBe(`[redacted]${long.slice(4)}`)
    expect(redact(`x${'ab'.repeat(5000)}`, by(String.raw`\bab`))).toBe(`x${'ab'.repeat(5000)}`)
  })

  test('takes everything away that follows very many places', () => {
    const { text, redactions } = by('a').redact('ab'.repeat(2000), 4000)
    expect(text.replaceAll('[redacted]', '')).toBe('b'.repeat(256))
    expect(redactions).toBeLessThan(300)
    expect(by('a').redact('ab'.repeat(200), 400).redactions).toBe(200)
  })

  test('joins with what is built in where both overlap', () => {
    const both = new Redactor({ redact: ['email'], patterns: ['ann@example'] })
    expect(both.redact('to ann@example.com', 18)).toEqual({ text: 'to [email]', redactions: 1 })
  })
})

describe('an identity', () => {
  test('is replaced where it is a whole string', () => {
    const { text } = all.redact('{"user":"7","n":7,"t":"7 of 7"}', 31, ['7'])
    expect(text).toBe('{"user":"[user]","n":7,"t":"7 of 7"}')
  })

  test.each(['ann', 'CORP\\bob', 'a "b" c', 'line\nend', 'ä\u2011b', '%41'])(
    'is found in JSON: %j',
    identity => {
      const sent = JSON.stringify({ user: identity, text: `not ${identity}` })
      const redacted = JSON.stringify({ user: '[user]', text: `not ${identity}` })
      expect(all.redact(sent, sent.length, [identity]).text).toBe(redacted)
    },
  )

  test('is found through escapes', () => {
    const sent = String.raw`{"user":"\u0041nn \"A\""}`
    expect(all.redact(sent, sent.length, ['Ann "A"']).text).toBe('{"user":"[user]"}')
  })
})

test('without rules a text stays as it is', () => {
  const none = new Redactor({ redact: [], patterns: [] })
  fc.assert(
    fc.property(fc.string(), text => {
      expect(none.redact(text, text.length)).toEqual({ text, redactions: 0 })
    }),
  )
})

test('what has been redacted is not redacted again', () => {
  const piece = fc.constantFrom('ann@example.com', '4111 1111 1111 1111', '+49 30 123456', 'a', '.', '1', '-')
  fc.assert(
    fc.property(fc.array(piece), pieces => {
      const once = redact(pieces.join(' '))
      expect(redact(once)).toBe(once)
    }),
  )
})
