// Images, documents and what models cannot take, from each client's API to each foreign target.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openaiClient } from '../support/sdk.ts'
import { type Asker, askers, type ClientName, QUESTION } from './asker.ts'
import { type ForeignGateway, lastBody, startForeignGateway } from './foreign-gateway.ts'
import { thrownBy } from './thrown.ts'

/** A PNG of one transparent pixel, and the beginning of a PDF. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const PDF = Buffer.from('%PDF-1.4\n%').toString('base64')
const URL = 'https://example.com/paris.png'
const PNG_URL = `data:image/png;base64,${PNG}`
const PDF_URL = `data:application/pdf;base64,${PDF}`

type Medium = 'image data' | 'image URL' | 'document'

/** What the user says in each client's words. */
const contents: Readonly<Record<ClientName, Readonly<Record<Medium, object>>>> = {
  chat: {
    'image data': { type: 'image_url', image_url: { url: PNG_URL } },
    'image URL': { type: 'image_url', image_url: { url: URL } },
    document: { type: 'file', file: { filename: 'guide.pdf', file_data: PDF_URL } },
  },
  messages: {
    'image data': { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
    'image URL': { type: 'image', source: { type: 'url', url: URL } },
    document: {
      type: 'document',
      title: 'guide.pdf',
      source: { type: 'base64', media_type: 'application/pdf', data: PDF },
    },
  },
  responses: {
    'image data': { type: 'input_image', image_url: PNG_URL, detail: 'auto' },
    'image URL': { type: 'input_image', image_url: URL, detail: 'auto' },
    document: { type: 'input_file', filename: 'guide.pdf', file_data: PDF_URL },
  },
}

function fieldsOf(name: ClientName, medium: Medium): object {
  const words = name === 'responses' ? 'input_text' : 'text'
  const content = [{ type: words, text: QUESTION }, contents[name][medium]]
  return { [name === 'responses' ? 'input' : 'messages']: [{ role: 'user', content }] }
}

let setup: ForeignGateway
let clients: Readonly<Record<ClientName, Asker>>

beforeAll(async () => {
  const skipped = (capabilities: object) => ({
    targets: [
      { provider: 'claude', model: { capabilities } },
      { provider: 'gpt', sim: 'text=from%20gpt' },
    ] as const,
  })
  setup = await startForeignGateway({
    gpt: { targets: [{ provider: 'gpt' }] },
    chatty: { targets: [{ provider: 'chatty' }] },
    claude: { targets: [{ provider: 'claude' }] },
    gemini: { targets: [{ provider: 'gemini' }] },
    'no-tools': skipped({ tools: false }),
    'no-images': skipped({ images: false }),
    'only-no-images': {
      targets: [{ provider: 'claude', model: { capabilities: { images: false } } }],
    },
    fallback: { targets: [{ provider: 'claude' }, { provider: 'gpt' }] },
  })
  clients = askers(setup)
})

afterAll(() => setup.ledger.check(setup.gateway))

/** The parts that an image or document is in each provider's words. */
const anthropic = contents.messages
const openai = contents.chat

describe('what a user shows arrives in the provider’s shape', () => {
  it.each(['chat', 'responses'] as const)('from %s to Anthropic', async name => {
    for (const medium of ['image data', 'image URL', 'document'] as const) {
      await clients[name].whole({ model: 'claude', fields: fieldsOf(name, medium) })
      expect(lastBody(setup.claude)).toMatchObject({
        messages: [{ role: 'user', content: [{ type: 'text', text: QUESTION }, anthropic[medium]] }],
      })
      expect(await setup.lastEvent()).toMatchObject({ dropped: [] })
    }
  })

  it.each([
    ['messages', 'gpt'],
    ['responses', 'chatty'],
  ] as const)('from %s to OpenAI’s chat (%s)', async (name, model) => {
    for (const medium of ['image data', 'image URL', 'document'] as const) {
      await clients[name].whole({ model, fields: fieldsOf(name, medium) })
      expect(lastBody(setup.gpt)).toMatchObject({
        messages: [{ role: 'user', content: [{ type: 'text', text: QUESTION }, openai[medium]] }],
      })
    }
  })

  it.each(['chat', 'messages', 'responses'] as const)('from %s to Gemini', async name => {
    const media = [
      ['image data', { inlineData: { mimeType: 'image/png', data: PNG } }],
      ['document', { inlineData: { mimeType: 'application/pdf', data: PDF } }],
    ] as const
    for (const [medium, part] of media) {
      await clients[name].whole({ model: 'gemini', fields: fieldsOf(name, medium) })
      expect(lastBody(setup.gemini)).toMatchObject({
        contents: [{ role: 'user', parts: [{ text: QUESTION }, part] }],
      })
    }
  })
})

describe('a model that cannot', () => {
  it.each(['chat', 'messages', 'responses'] as const)('call tools is passed over (%s)', async name => {
    const heard = await clients[name].whole({ model: 'no-tools', tools: 'weather' })
    expect(heard.text).toBe('from gpt')
    expect((await setup.lastEvent()).attempts).toMatchObject([
      { variant: 'first', status: null, failure: 'unsupported', code: 'no_tools' },
      { variant: 'second', status: 200 },
    ])
    await clients[name].whole({ model: 'no-tools' })
    expect(await setup.lastEvent()).toMatchObject({ served: 'first' })
  })

  it.each(['chat', 'messages', 'responses'] as const)('see images is passed over (%s)', async name => {
    const heard = await clients[name].whole({ model: 'no-images', fields: fieldsOf(name, 'image data') })
    expect(heard.text).toBe('from gpt')
    expect((await setup.lastEvent()).attempts).toMatchObject([{ code: 'no_images' }, { status: 200 }])
  })

  it('says so when it is the only one', async () => {
    const fields = fieldsOf('chat', 'image data')
    const error = await thrownBy(clients.chat.whole({ model: 'only-no-images', fields }))
    expect(error).toMatchObject({ status: 400, code: 'upstream_unsupported', param: 'images' })
    expect(error.message).toContain('takes no images')
  })
})

describe('an endpoint that Anthropic’s API has no like of', () => {
  const calls = {
    embeddings: (model: string) =>
      openaiClient(setup.gateway, setup.ledger).embeddings.create({ model, input: 'Hello' }),
    completions: (model: string) =>
      openaiClient(setup.gateway, setup.ledger).completions.create({ model, prompt: 'Hello' }),
  }

  it.each(['embeddings', 'completions'] as const)('is refused in clear words (%s)', async endpoint => {
    const error = await thrownBy(calls[endpoint]('claude'))
    expect(error).toMatchObject({ status: 400, code: 'upstream_unsupported', type: 'invalid_request_error' })
    expect(error.message).toContain(`claude/claude-1 cannot serve /v1/${endpoint}`)
    expect(await setup.lastEvent()).toMatchObject({
      outcome: 'failed',
      attempts: [{ failure: 'unsupported' }],
    })
  })

  it.each(['embeddings', 'completions'] as const)(
    'goes to the next target that has it (%s)',
    async endpoint => {
      await calls[endpoint]('fallback')
      expect(await setup.lastEvent()).toMatchObject({ outcome: 'ok', served: 'second' })
    },
  )
})
