import { describe, expect, test } from 'vitest'
import type { LibraryProvider } from '../library.ts'
import { Losses } from '../translation/loss.ts'
import type { Prompt, ReasoningWish } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { ask, events, feed, Heard, LEAST_PROMPT, open } from './fixtures/drive.ts'

const MODEL = 'gemini-2.5-flash'

function said(text: string, rest: JsonObject = {}): JsonObject {
  return { candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...rest }] }
}

const END = said('.', { finishReason: 'STOP' })

const google = (): Promise<LibraryProvider> => open({})

async function streaming(prompt: Partial<Prompt> = {}) {
  const { call } = await ask(await google(), MODEL, { stream: true, ...prompt })
  const heard = new Heard()
  call.respond({ status: 200, headers: [['content-type', 'text/event-stream']] }, heard)
  const write = (...data: (JsonObject | string)[]) =>
    events(...data).map(frame => call.write(Buffer.from(frame)))
  return { call, heard, write }
}

/** Lets everything happen that can happen without new input. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(done => setImmediate(done))
}

const texts = (heard: Heard): readonly string[] =>
  heard.parts.flatMap(part => (part.kind === 'text' ? [part.text] : []))

describe('back-pressure', () => {
  test('parts come while they may flow, and wait while they may not', async () => {
    const { call, heard, write } = await streaming()
    write(said('one'))
    await settle()
    expect(texts(heard)).toEqual(['one'])
    call.pause()
    write(said('two'), said('three'))
    await settle()
    expect(texts(heard)).toEqual(['one'])
    call.resume()
    write(END)
    call.end()
    await heard.ended
    expect(texts(heard)).toEqual(['one', 'two', 'three', '.'])
  })

  test('a paused call takes a bounded number of bytes, and goes on to the last when it may', async () => {
    const { call, heard, write } = await streaming()
    let flowed = 0
    call.onFlow(() => flowed++)
    call.pause()
    const long = 'x'.repeat(8192)
    let written = 0
    for (; written < 1000; written++) {
      const [more] = write(said(long))
      await settle()
      if (more === false) break
    }
    await settle()
    expect(written).toBeLessThan(40)
    expect(flowed).toBe(0)
    call.resume()
    await settle()
    expect(flowed).toBe(1)
    write(END)
    call.end()
    await heard.ended
    expect(texts(heard).join('')).toBe(`${long.repeat(written + 1)}.`)
  })

  test('a call that is cancelled while paused ends', async () => {
    const { call, heard, write } = await streaming()
    call.pause()
    write(said('one'))
    await settle()
    call.cancel()
    await settle()
    expect(call.write(Buffer.from('more'))).toBe(true)
    expect(heard).toMatchObject({ parts: [], error: undefined })
  })
})

describe('failures', () => {
  test('what came before a lost connection is heard, then the loss', async () => {
    const { call, heard, write } = await streaming()
    write(said('one'))
    await settle()
    call.fail()
    await heard.ended
    expect(texts(heard)).toEqual(['one'])
    expect(heard.error?.type).toBe('connection_lost')
  })

  test('so is what came in the same moment', async () => {
    const { call, heard, write } = await streaming()
    write(said('one'), said('two'))
    call.fail()
    await heard.ended
    expect(texts(heard)).toEqual(['one', 'two'])
    expect(heard.error?.type).toBe('connection_lost')
  })

  test('a whole answer whose connection is lost is a failure', async () => {
    const { call } = await ask(await google(), MODEL)
    const heard = new Heard()
    call.respond({ status: 200, headers: [] }, heard)
    call.write(Buffer.from('{"candidates":'))
    call.fail()
    await heard.ended
    expect(heard.error?.type).toBe('connection_lost')
  })

  // Gemini API, "Troubleshooting guide": the shape of its errors, here in the middle of a stream.
  test("an error within a stream is told in the provider's words, without URLs", async () => {
    const { heard, write } = await streaming()
    const message = 'The model is overloaded. See https://ai.google.dev/x?key=secret for more.'
    write(said('one'), { error: { code: 503, message, status: 'UNAVAILABLE' } })
    await heard.ended
    expect(texts(heard)).toEqual(['one'])
    const shown = 'The model is overloaded. See <url> for more.'
    expect(heard.error).toEqual({ code: '503', type: 'UNAVAILABLE', message: shown })
  })

  test('a frame of the wrong shape is a failure that quotes nothing of it', async () => {
    const { heard, write } = await streaming()
    write({ candidates: 'my prompt, quoted' })
    await heard.ended
    expect(heard.error).toEqual({
      code: null,
      type: 'bad_answer',
      message: expect.not.stringContaining('quoted'),
    })
  })

  test('nothing is heard after a failure', async () => {
    const { call, heard, write } = await streaming()
    write({ error: { code: 500, message: 'Internal', status: 'INTERNAL' } })
    await heard.ended
    write(said('late'), END)
    call.end()
    await settle()
    expect(heard).toMatchObject({ parts: [], error: { message: 'Internal' } })
  })

  // Gemini API, "Image generation": images come as inline data of the answer.
  test('an answer that holds an image is a failure, since no client format here can show it', async () => {
    const image = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
    const body = { candidates: [{ content: { parts: [image], role: 'model' }, finishReason: 'STOP' }] }
    const { call } = await ask(await google(), MODEL)
    expect((await feed(call, [JSON.stringify(body)])).error?.type).toBe('unsupported_answer')
    const { call: stream, heard, write } = await streaming()
    write(body)
    stream.end()
    await heard.ended
    expect(heard.error?.type).toBe('unsupported_answer')
  })

  test.each([204, 205])('an answer of status %i, which has no body, is a failure', async status => {
    const { call } = await ask(await google(), MODEL)
    const heard = new Heard()
    call.respond(
      {
        status,
        headers: [
          ['x-bytes', '\u2028'],
          ['content-length', '0'],
        ],
      },
      heard,
    )
    call.end()
    await heard.ended
    expect(heard.error?.type).toBe('bad_answer')
  })

  // A model of Gemini that decodes beyond one answer asks to be asked again; the package does so by itself.
  test('a second request of one call is refused', async () => {
    const { call } = await ask(await google(), MODEL)
    const heard = await feed(call, [
      JSON.stringify(said('one', { finishReason: 'CONTINUATION', continuationToken: 'more' })),
    ])
    expect(heard.replied).toBeUndefined()
    expect(heard.error).toEqual({
      code: null,
      type: 'library',
      message: 'the library failed to read the answer (Error)',
    })
  })
})

describe('what the library leaves out', () => {
  test('is told before the first part', async () => {
    const { call, heard, write } = await streaming({ sampling: { frequencyPenalty: 1 } })
    write(said('one'))
    await settle()
    expect(heard.lostFields).toEqual(['frequency_penalty'])
    call.cancel()
  })

  test('is told before a whole reply', async () => {
    const { call } = await ask(await google(), MODEL, { sampling: { presencePenalty: 1 } })
    const heard = await feed(call, [JSON.stringify(END)])
    expect(heard).toMatchObject({ lostFields: ['presence_penalty'], replied: { finish: 'stop' } })
  })

  // Mistral, "Chat completion".
  test('is no loss when it was not to think', async () => {
    const provider = await open({ package: '@ai-sdk/mistral' })
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }]
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    const whole = JSON.stringify({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices,
      usage,
    })
    const wished = async (reasoning: ReasoningWish) => {
      const { call } = await ask(provider, 'codestral-2508', { reasoning })
      const heard = await feed(call, [whole])
      return { lost: heard.lostFields, finish: heard.replied?.finish }
    }
    expect(await wished({ effort: 'high' })).toEqual({ lost: ['reasoning'], finish: 'stop' })
    expect(await wished({ mode: 'off' })).toEqual({ lost: [], finish: 'stop' })
  })
})

describe('a call that comes to no request', () => {
  test('says which setting is wrong without its value', async () => {
    const provider = await open({
      package: '@ai-sdk/azure',
      options: { resourceName: 'not a name', apiKey: 'hunter2' },
    })
    const refused = await provider.start(MODEL, LEAST_PROMPT, {}, new Losses()).request
    expect(refused).toMatchObject({ kind: 'refusal', reason: 'configuration' })
    expect(JSON.stringify(refused)).not.toMatch(/hunter2|not a name/)
  })
})
