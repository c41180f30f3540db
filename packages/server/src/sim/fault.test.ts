import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { brotliDecompressSync, constants, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { m: {} } })

let sim: Sim
beforeAll(async () => {
  sim = await startSim(config)
})
afterAll(() => sim.close())

type Mode = 'whole' | 'stream'
type Seen = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly parts: readonly Buffer[]
  readonly body: Buffer
  readonly text: string
  readonly ending: 'complete' | 'broken'
}

const bodyFor = (path: string, mode: Mode): object => {
  if (path === '/v1/responses') return { input: 'hello there' }
  const messages = [{ role: 'user', content: 'hello there' }]
  const usage =
    mode === 'stream' && path === '/v1/chat/completions' ? { stream_options: { include_usage: true } } : {}
  return { messages, max_tokens: 999, ...usage }
}

const send = (directives: string, mode: Mode, path = '/v1/chat/completions') => {
  const headers = { 'x-sim': directives, 'x-api-key': 'k', 'anthropic-version': '2023-06-01' }
  const outgoing = request(`${sim.url}${path}`, { method: 'POST', headers, agent: false })
  outgoing.end(JSON.stringify({ model: 'm', stream: mode === 'stream', ...bodyFor(path, mode) }))
  return outgoing
}

const collect = async (incoming: IncomingMessage): Promise<Seen> => {
  const parts: Buffer[] = []
  const ending = await new Promise<Seen['ending']>(resolve => {
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.once('end', () => resolve('complete'))
    incoming.once('error', () => resolve('broken'))
  })
  const body = Buffer.concat(parts)
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    parts,
    body,
    text: body.toString(),
    ending,
  }
}

const see = async (directives: string, mode: Mode, path?: string): Promise<Seen> => {
  const outgoing = send(directives, mode, path)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return collect(incoming)
}

const dataOf = (text: string): string[] => text.match(/(?<=^data: ).*$/gm) ?? []
const contents = (text: string): string =>
  dataOf(text)
    .filter(data => data.startsWith('{'))
    .map(
      data =>
        (JSON.parse(data) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '',
    )
    .join('')

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5))
}

type Hung = { readonly status: number | null; readonly body: Buffer; readonly text: string }

/** Waits for the fault and for what is expected to have come, checks that nothing follows, and leaves. */
const seeHang = async (directives: string, mode: Mode, expected: (seen: Hung) => boolean): Promise<Hung> => {
  const before = sim.stats.hangs
  const outgoing = send(directives, mode)
  outgoing.on('error', () => {})
  let status: number | null = null
  let body = Buffer.alloc(0)
  let ended = false
  outgoing.once('response', incoming => {
    status = incoming.statusCode ?? null
    incoming.on('data', (part: Buffer) => {
      body = Buffer.concat([body, part])
    })
    incoming.once('end', () => {
      ended = true
    })
    incoming.on('error', () => {})
  })
  const seen = (): Hung => ({ status, body, text: body.toString() })
  await until(() => sim.stats.hangs > before && expected(seen()))
  await new Promise(resolve => setTimeout(resolve, 30))
  expect(ended).toBe(false)
  const left = sim.stats.aborted
  outgoing.destroy()
  await until(() => sim.stats.aborted > left)
  return seen()
}

describe('errors instead of an answer', () => {
  it.each([
    ['error=429;retry_after=7', { 'retry-after': '7' }],
    [
      'error=503;retry_after=Wed, 21 Oct 2026 07:28:00 GMT',
      { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
    ],
    ['error=429;retry_after_ms=1500', { 'retry-after-ms': '1500' }],
  ])('%s carries its header', async (directives, headers) => {
    const seen = await see(directives, 'stream')
    expect(seen.headers).toMatchObject({ ...headers, 'content-type': 'application/json' })
    expect(JSON.parse(seen.text)).toHaveProperty('error.message')
  })

  it('has no retry-after unless asked', async () => {
    expect((await see('error=429', 'whole')).headers).not.toHaveProperty('retry-after')
  })

  it.each(['whole', 'stream'] as const)('ok_error_body is 200 with an error object (%s)', async mode => {
    const seen = await see('ok_error_body', mode)
    expect(seen.status).toBe(200)
    expect(JSON.parse(seen.text)).toHaveProperty('error.type', 'server_error')
  })

  it.each(['whole', 'stream'] as const)('empty is 200 and nothing (%s)', async mode => {
    const seen = await see('empty', mode)
    expect([seen.status, seen.text, seen.ending]).toEqual([200, '', 'complete'])
    expect(seen.headers['content-type']).toMatch(mode === 'stream' ? /event-stream/ : /json/)
  })

  it('html is a page, with the error’s status if there is one', async () => {
    const [ok, bad] = [await see('html', 'stream'), await see('html;error=502', 'whole')]
    expect([ok.status, bad.status]).toEqual([200, 502])
    expect(ok.headers['content-type']).toMatch(/^text\/html/)
    expect(bad.text).toMatch(/^<!doctype html>/)
  })
})

describe('answers that go wrong', () => {
  it.each(['whole', 'stream'] as const)('hang=headers never answers (%s)', async mode => {
    expect(await seeHang('hang=headers', mode, () => true)).toMatchObject({ status: null, text: '' })
  })

  it('hang=first_token sends headers and the role, no content', async () => {
    const { status, text } = await seeHang('hang=first_token', 'stream', ({ text }) => text.endsWith('\n\n'))
    expect(status).toBe(200)
    expect(dataOf(text)).toHaveLength(1)
    expect(contents(text)).toBe('')
  })

  it('hang=mid stops after half of the content', async () => {
    const { text } = await seeHang('hang=mid;text=a%20b%20c%20d', 'stream', ({ text }) =>
      text.includes('" b"'),
    )
    expect(contents(text)).toBe('a b')
  })

  it('hang=mid stops after half of a whole answer', async () => {
    const { text } = await seeHang('hang=mid', 'whole', ({ text }) => text !== '')
    expect(text).toMatch(/^\{"id"/)
    expect(() => JSON.parse(text) as unknown).toThrow()
  })

  it('stall_after=2 sends two chunks', async () => {
    const { text } = await seeHang('stall_after=2;text=a%20b%20c', 'stream', ({ text }) =>
      text.includes('"a"'),
    )
    expect(contents(text)).toBe('a')
  })

  it.each(['whole', 'stream'] as const)('break=before_headers resets (%s)', async mode => {
    const outgoing = send('break=before_headers', mode)
    const [error] = (await once(outgoing, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
  })

  it.each(['whole', 'stream'] as const)('break=after_headers has headers and no body (%s)', async mode => {
    const seen = await see('break=after_headers', mode)
    expect([seen.status, seen.text, seen.ending]).toEqual([200, '', 'broken'])
  })

  it('break=mid breaks after half of the content', async () => {
    const seen = await see('break=mid;text=a%20b%20c%20d', 'stream')
    expect([contents(seen.text), seen.ending]).toEqual(['a b', 'broken'])
  })

  it.each([
    ['/v1/chat/completions', 'server_error'],
    ['/v1/responses', 'server_error'],
    ['/v1/messages', 'overloaded_error'],
  ])('error_event=first opens the stream of %s with an error', async (path, type) => {
    const seen = await see('error_event=first', 'stream', path)
    expect([seen.status, seen.ending, dataOf(seen.text)]).toEqual([
      200,
      'complete',
      [expect.stringContaining(type)],
    ])
  })

  it('error_event=mid puts the error after half of the content and no [DONE]', async () => {
    const seen = await see('error_event=mid;text=a%20b', 'stream')
    const data = dataOf(seen.text)
    expect(data).toHaveLength(3)
    expect(JSON.parse(data.at(-1) ?? '')).toHaveProperty('error')
    expect(seen.text).not.toContain('[DONE]')
  })

  it('truncate cuts whole JSON, and a stream within a frame', async () => {
    const [whole, stream] = [await see('truncate', 'whole'), await see('truncate', 'stream')]
    expect(() => JSON.parse(whole.text) as unknown).toThrow()
    expect([whole.ending, stream.ending]).toEqual(['complete', 'complete'])
    expect(stream.text).not.toMatch(/\n\n$/)
  })

  it.each([
    ['/v1/chat/completions', /\[DONE\]/],
    ['/v1/responses', /response\.completed/],
    ['/v1/messages', /message_stop/],
  ])('no_done ends %s without its terminator', async (path, terminator) => {
    expect((await see('output_tokens=1', 'stream', path)).text).toMatch(terminator)
    const seen = await see('output_tokens=1;no_done', 'stream', path)
    expect(seen.ending).toBe('complete')
    expect(seen.text).not.toMatch(terminator)
  })

  it('malformed=2 breaks the JSON of the second chunk alone', async () => {
    const data = dataOf((await see('malformed=2;text=a%20b', 'stream')).text).slice(0, -1)
    const broken = data.map(chunk => {
      try {
        return JSON.parse(chunk) === undefined
      } catch {
        return true
      }
    })
    expect(broken).toEqual([false, true, false, false, false])
  })
})

describe('answers that are right but awkward', () => {
  it('comment comes before the first content', async () => {
    const { text } = await see('comment;text=a', 'stream')
    expect(text).toMatch(/^: keep-alive\n\ndata: .*"role".*\n\n: keep-alive\n\ndata: .*"a"/)
  })

  it('crlf ends every line so', async () => {
    const { text } = await see('crlf;text=a', 'stream')
    expect(text).not.toMatch(/[^\r]\n/)
    expect(text.split('\r\n\r\n')).toHaveLength(6)
  })

  it('split=3 writes three bytes at a time and tears characters apart', async () => {
    const seen = await see('split=3;multibyte;output_tokens=12', 'stream')
    expect(Math.max(...seen.parts.map(part => part.length))).toBeLessThanOrEqual(3)
    expect(seen.parts.some(part => part.toString().includes('\ufffd'))).toBe(true)
    expect(contents(seen.text).split(' ')).toHaveLength(12)
  })

  it('split works on whole answers', async () => {
    const seen = await see('split=5;text=a%20b', 'whole')
    expect(Math.max(...seen.parts.map(part => part.length))).toBeLessThanOrEqual(5)
    expect(JSON.parse(seen.text)).toMatchObject({ choices: [{ message: { content: 'a b' } }] })
  })

  it('multibyte answers with emoji and CJK', async () => {
    const { text } = await see('multibyte;output_tokens=200', 'whole')
    expect(text).toMatch(/\p{Script=Han}/u)
    expect(text).toMatch(/\p{Emoji_Presentation}/u)
  })

  it.each([
    ['gzip', 'whole', gunzipSync],
    ['gzip', 'stream', gunzipSync],
    ['br', 'whole', brotliDecompressSync],
    ['br', 'stream', brotliDecompressSync],
  ] as const)('encoding=%s compresses (%s)', async (encoding, mode, unpack) => {
    const seen = await see(`encoding=${encoding};text=a%20b;speed=1000`, mode)
    expect(seen.headers['content-encoding']).toBe(encoding)
    expect(unpack(seen.body).toString()).toContain(mode === 'stream' ? '[DONE]' : 'a b')
  })

  it.each([
    ['gzip', (body: Buffer) => gunzipSync(body, { finishFlush: constants.Z_SYNC_FLUSH })],
    ['br', (body: Buffer) => brotliDecompressSync(body, { finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ])('encoding=%s holds nothing back: what was sent before a stall can be read', async (encoding, unpack) => {
    const readable = ({ body }: Hung) => body.length > 0 && unpack(body).toString().includes('"a"')
    const { body } = await seeHang(`encoding=${encoding};stall_after=2;text=a%20b`, 'stream', readable)
    expect(contents(unpack(body).toString())).toBe('a')
  })

  it('encoding and split go together', async () => {
    const seen = await see('encoding=br;split=2;text=a%20b', 'stream')
    expect(contents(brotliDecompressSync(seen.body).toString())).toBe('a b')
  })

  it.each(['whole', 'stream'] as const)('usage=none leaves usage out (%s)', async mode => {
    expect((await see('usage=none', mode)).text).not.toContain('usage')
  })

  it.each([
    ['/v1/chat/completions', '"finish_reason":"length"'],
    ['/v1/responses', '"reason":"max_output_tokens"'],
    ['/v1/messages', '"stop_reason":"max_tokens"'],
  ])('length finishes %s as cut', async (path, reason) => {
    expect((await see('length', 'stream', path)).text).toContain(reason)
  })

  it('counts cached and reasoning tokens as told', async () => {
    const { text } = await see('cached_tokens=1;reasoning_tokens=5;output_tokens=2', 'whole')
    expect(JSON.parse(text)).toMatchObject({
      usage: {
        prompt_tokens_details: { cached_tokens: 1 },
        completion_tokens: 7,
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    })
  })
})

describe('timing', () => {
  it('is never early: first token, token rate and speed', async () => {
    const started = performance.now()
    await see('ttft_ms=200;output_tokens=20;tokens_per_second=100;speed=4', 'whole')
    expect(performance.now() - started).toBeGreaterThanOrEqual(100)
    const streamed = performance.now()
    await see('ttft_ms=200;output_tokens=20;tokens_per_second=100;speed=4;tokens_per_chunk=7', 'stream')
    expect(performance.now() - streamed).toBeGreaterThanOrEqual(100)
  })

  it('delays an error only if told to', async () => {
    const started = performance.now()
    await see('error=500;ttft_ms=50;speed=1', 'whole')
    expect(performance.now() - started).toBeGreaterThanOrEqual(50)
  })
})
