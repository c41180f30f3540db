import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { linesOf } from './text-lines.ts'

describe('lines of text', () => {
  it.each<[string, string[], string[]]>([
    ['end at \\n and at \\r\\n', ['a\nb\r\nc\n'], ['a', 'b', 'c']],
    ['end at no other separator', ['a\u2028b\u2029c\u0085d\re\n'], ['a\u2028b\u2029c\u0085d\re']],
    ['need no end', ['a\nb'], ['a', 'b']],
    ['may be empty', ['\n\na\n'], ['', '', 'a']],
    ['may come in pieces', ['a', 'b\r', '\nc', '\n'], ['ab', 'c']],
    ['may be none', [], []],
  ])('%s', async (_, pieces, lines) => {
    expect(await Array.fromAsync(linesOf(Readable.from(pieces.map(piece => Buffer.from(piece)))))).toEqual(
      lines,
    )
  })

  it('whose characters are cut apart are put together', async () => {
    const bytes = Buffer.from('ä\u2028\u{1f600}\n')
    const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
    expect(await Array.fromAsync(linesOf(Readable.from(single)))).toEqual(['ä\u2028\u{1f600}'])
  })

  it('of a file that is gone throw what reading threw', async () => {
    const lines = Array.fromAsync(linesOf(createReadStream('/no/such/file')))
    await expect(lines).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('that nobody reads to the end let go of the file', async () => {
    const input = createReadStream(import.meta.filename, { highWaterMark: 16 })
    for await (const line of linesOf(input)) {
      expect(line).not.toBe('')
      break
    }
    expect(input.destroyed).toBe(true)
  })
})
