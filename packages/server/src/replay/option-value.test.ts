import { describe, expect, it } from 'vitest'
import { parseCount, parsePositive, parseSeed, parseShare, parseUrl } from './option-value.ts'

describe('values of options', () => {
  it.each([
    [parsePositive, '0.5', 0.5],
    [parsePositive, '20', 20],
    [parseCount, '512', 512],
    [parseShare, '0', 0],
    [parseShare, '1', 1],
    [parseSeed, '0', 0],
    [parseSeed, '4294967295', 4_294_967_295],
  ])('%# are read by %o from %s', (parse, text, value) => {
    expect(parse(text)).toBe(value)
  })

  it.each([
    [parsePositive, ['0', '-1', '', 'x', 'Infinity', '1e3', '0x10']],
    [parseCount, ['0', '1.5', '-1', '', '1e3', '9007199254740993']],
    [parseShare, ['1.01', '-0.1', 'half', '']],
    [parseSeed, ['-1', '1.5', '4294967296', '']],
    [parseUrl, ['', '127.0.0.1:8787', 'ftp://a.test', 'nonsense']],
  ])('%# are refused by %o', (parse, texts) => {
    for (const text of texts) expect(() => parse(text), text).toThrow(/must be a/)
  })
})
