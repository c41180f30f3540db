// One suite for all packages: what they ask to be sent, and what they make of their vendor's answer.
import { LIBRARY_PACKAGES } from '@weir/core/config'
import { describe, expect, test } from 'vitest'
import type { Tool } from '../translation/prompt.ts'
import { EXAMPLES } from './fixtures/answers.ts'
import { ask, feed, Heard, open } from './fixtures/drive.ts'
import { PACKAGES } from './packages.ts'

const tools: readonly Tool[] = [
  { name: 'get_weather', schema: { type: 'object', properties: { city: { type: 'string' } } } },
]

test('every package that a config may name has an example', () => {
  const exampled = new Set(EXAMPLES.map(example => example.config.package))
  expect(exampled).toEqual(new Set(Object.keys(PACKAGES)))
  expect(exampled).toEqual(new Set(LIBRARY_PACKAGES))
})

describe.each(EXAMPLES)('$name', example => {
  const started = async (stream: boolean) =>
    ask(await open(example.config, example.secret), example.model, { stream, tools: stream ? tools : [] })

  test('asks for one request, with the credential in its place', async () => {
    const { call, request, body, headers } = await started(false)
    call.cancel()
    const [name, value] = example.credential
    expect({ method: request.method, url: request.url }).toEqual({ method: 'POST', url: example.url })
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get(name)).toMatch(value)
    expect(body).toMatchObject(example.body)
  })

  test('reads a whole answer', async () => {
    const { call } = await started(false)
    const heard = await feed(call, [JSON.stringify(example.whole)])
    expect(heard.error).toBeUndefined()
    expect(heard.replied).toEqual(example.reply)
  })

  test('reads a streamed answer, part by part', async () => {
    const { call, request, body } = await started(true)
    const heard = await feed(call, example.stream)
    expect(request.url).toBe(example.streamUrl)
    expect(JSON.stringify(body)).toContain('get_weather')
    expect(heard.error).toBeUndefined()
    expect(heard.parts).toEqual(example.parts)
  })

  test('reads a streamed answer byte by byte as it does in pieces', async () => {
    const { call } = await started(true)
    const bytes = Buffer.concat(example.stream.map(chunk => Buffer.from(chunk)))
    const heard = await feed(
      call,
      [...bytes].map(byte => Uint8Array.of(byte)),
    )
    expect(heard.parts).toEqual(example.parts)
  })

  test('a stream that ends too early is a failure, not a short answer', async () => {
    const { call } = await started(true)
    const heard = await feed(call, example.stream.slice(0, 2))
    expect(heard.error).toMatchObject({ type: 'stream_interrupted' })
    expect(heard.parts.map(part => part.kind)).toEqual(expect.not.arrayContaining(['finish', 'done']))
  })

  test('an answer that is no JSON is a failure', async () => {
    const { call } = await started(false)
    const heard = await feed(call, ['<html>the key is hunter2</html>'])
    expect(heard.error).toEqual({
      code: null,
      type: 'bad_answer',
      message: expect.not.stringContaining('hunter2'),
    })
  })

  test('is silent when cancelled before the answer and within it', async () => {
    const early = await started(true)
    early.call.cancel()
    early.call.cancel()
    const late = await started(true)
    const heard = new Heard()
    late.call.respond({ status: 200, headers: [] }, heard)
    for (const chunk of example.stream) late.call.write(Buffer.from(chunk))
    late.call.cancel()
    late.call.end()
    await feed((await started(true)).call, example.stream)
    expect(heard).toMatchObject({ parts: [], error: undefined })
  })
})
