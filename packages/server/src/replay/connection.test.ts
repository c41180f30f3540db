import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findConnection } from './connection.ts'
import { temporaryDirectory, temporaryFile } from './fixtures/temporary-file.ts'

const nothing = { url: null, key: null }

async function recorded(text: string): Promise<string> {
  return dirname(await temporaryFile(text, 'connection.json'))
}

describe('the connection to the gateway', () => {
  it('is what a running gateway wrote down', async () => {
    const directory = await recorded(
      '{"dataUrl": "http://127.0.0.1:8787", "key": "wk_a", "controlUrl": null}',
    )
    expect(await findConnection(nothing, directory)).toEqual({
      url: new URL('http://127.0.0.1:8787'),
      key: 'wk_a',
    })
  })

  it('is what is given, without a look at the file', async () => {
    const given = { url: new URL('http://example.test'), key: 'wk_b' }
    expect(await findConnection(given, '/no/such/directory')).toEqual(given)
  })

  it('takes the recorded key for the recorded gateway only', async () => {
    const directory = await recorded('{"dataUrl": "http://127.0.0.1:8787", "key": "wk_a"}')
    const same = { url: new URL('http://127.0.0.1:8787/v1'), key: null }
    expect((await findConnection(same, directory)).key).toBe('wk_a')
    const other = { url: new URL('http://example.test'), key: null }
    await expect(findConnection(other, directory)).rejects.toThrow(
      /give --key: .* holds no key for http:\/\/example.test/,
    )
  })

  it('asks for a key where none was written down', async () => {
    const directory = await recorded('{"dataUrl": "http://127.0.0.1:8787"}')
    await expect(findConnection(nothing, directory)).rejects.toThrow(/give --key: .* holds no key/)
  })

  it('takes a given key to the recorded gateway', async () => {
    const directory = await recorded('{"dataUrl": "http://127.0.0.1:8787", "key": "wk_a"}')
    expect((await findConnection({ url: null, key: 'wk_b' }, directory)).key).toBe('wk_b')
  })

  it('is missing with a word on what to do', async () => {
    const directory = await temporaryDirectory()
    await expect(findConnection(nothing, directory)).rejects.toThrow(
      `no running gateway: ${join(directory, 'connection.json')} is not there. Run \`weir start\`, or give --url and --key`,
    )
  })

  it.each(['', '{', '{"dataUrl": "x", "key": "k"}', '{"dataUrl": "http://a.test", "key": ""}'])(
    'is refused when the file holds %j',
    async text => {
      await expect(findConnection(nothing, await recorded(text))).rejects.toThrow(
        /is not as `weir start` writes it/,
      )
    },
  )
})
