// What a client sends reaches the provider byte for byte, apart from the model: unknown fields, integers beyond what
// JavaScript can count, escapes, order and white space. And what the provider answers comes back the same way.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, callerOf } from '../support/caller.ts'
import { KEY } from '../support/gateway.ts'
import { openaiClient } from '../support/sdk.ts'
import { type SdkGateway, startSdkGateway } from './sdk-gateway.ts'

let setup: SdkGateway
let caller: Caller

beforeAll(async () => {
  setup = await startSdkGateway()
  caller = callerOf(setup.gateway, setup.ledger)
})

afterAll(() => setup.ledger.check(setup.gateway))

const lastSent = () => String(setup.sim.requests.at(-1)?.body)

/** Bodies that a parser and a printer would change. */
const bodies = {
  'an integer beyond 2^53':
    '{"model":"chat","messages":[{"role":"user","content":"Hi"}],"seed":9007199254740993,"x":123456789012345678901234567890}',
  'numbers in unusual spellings':
    '{"temperature":1.0,"x":1e2,"y":-0,"z":0.10000000000000000555,"model":"chat","messages":[{"role":"user","content":"Hi"}]}',
  'white space and order':
    '\n{ "messages" : [ { "content" : "Hi" , "role" : "user" } ] ,\r\n\t"zz" : null , "model"\t:\n "chat" , "aa" : [ ] } \n',
  escapes:
    '{"messages":[{"role":"user","content":"\\u0048\\u00ef \\ud83d\\ude80 \\/ \\"model\\":\\"chat\\""}],"model":"chat"}',
  'the word model elsewhere':
    '{"metadata":{"model":"chat"},"messages":[{"role":"user","content":"model","model":"chat"}],"model":"chat"}',
  'fields nobody knows yet':
    '{"model":"chat","messages":[{"role":"user","content":"Hi","x_new":{"deep":[1,[2,{"a":"é"}]]}}],"x_future":{"on":true}}',
  'a model spelled in escapes': '{"\\u006dodel":"\\u0063hat","messages":[{"role":"user","content":"Hi"}]}',
}

describe('a body with', () => {
  it.each(Object.entries(bodies))('%s arrives as it was, but for the model', async (_name, body) => {
    const { status, text } = await caller.post('/v1/chat/completions', body)
    expect(text).toContain('chat.completion')
    expect(status).toBe(200)
    expect(lastSent()).toBe(withModel(body, '"large"'))
  })

  it('a stream’s usage to ask for has one member more and is otherwise the same', async () => {
    const body =
      '{"model":"chat", "seed":9007199254740993, "stream":true, "messages":[{"role":"user","content":"Hi"}]}'
    expect((await caller.post('/v1/chat/completions', body)).status).toBe(200)
    expect(lastSent().replace('"stream_options":{"include_usage":true},', '')).toBe(
      body.replace('"chat"', '"large"'),
    )
  })

  it('a name the provider knows it by is not touched at all', async () => {
    const body = bodies['numbers in unusual spellings'].replace('"model":"chat"', '"model":"sim/large"')
    expect((await caller.post('/v1/chat/completions', body)).status).toBe(200)
    expect(lastSent()).toBe(body.replace('sim/large', 'large'))
  })
})

/** The body with another value for the model, which these bodies spell in two ways. */
function withModel(body: string, value: string): string {
  const at = topLevelModel(body)
  return body.slice(0, at) + body.slice(at).replace(/"(chat|\\u0063hat)"/, value)
}

/** Where the member `model` of the outermost object begins. */
function topLevelModel(body: string): number {
  let depth = 0
  let at = 0
  while (at < body.length) {
    const string = /^"(?:[^"\\]|\\.)*"/.exec(body.slice(at))?.[0]
    if (string !== undefined) {
      const isKey = /^\s*:/.test(body.slice(at + string.length))
      if (depth === 1 && isKey && JSON.parse(string) === 'model') return at
      at += string.length
      continue
    }
    if ('{['.includes(body[at] ?? '')) depth++
    if ('}]'.includes(body[at] ?? '')) depth--
    at++
  }
  throw new Error('there is no model')
}

describe('an answer', () => {
  it('comes back byte for byte, with the provider’s own headers', async () => {
    const body = '{"model":"sim/large","messages":[{"role":"user","content":"byte for byte"}]}'
    const through = await caller.post('/v1/chat/completions', body, {
      headers: { 'x-sim': 'text=na%C3%AFve' },
    })
    expect(through.headers.get('x-request-id')).toMatch(/^req_/)
    expect(through.headers.get('openai-version')).toBe('2020-10-01')
    expect(through.json()).toMatchObject({ choices: [{ message: { content: 'naïve' } }] })
    expect(through.headers.get('content-length')).toBe(String(Buffer.byteLength(through.text)))
  })
})

describe('headers', () => {
  it('of the SDK and of the client go upstream; keys, cookies, hops and our own do not', async () => {
    const client = openaiClient(setup.gateway, setup.ledger)
    await client.chat.completions.create(
      { model: 'chat', messages: [{ role: 'user', content: 'Hi' }] },
      {
        headers: {
          cookie: 'session=secret',
          'x-api-key': KEY,
          'x-custom': 'kept',
          'openai-beta': 'kept=too',
          'x-weir-request-id': 'mine',
          'proxy-authorization': 'Basic x',
          baggage: 'team=a',
        },
      },
    )
    const sent = setup.sim.requests.at(-1)?.headers ?? {}
    expect(sent).toMatchObject({
      'x-custom': 'kept',
      'openai-beta': 'kept=too',
      'x-stainless-lang': 'js',
      authorization: 'Bearer sk-of-the-provider',
      'accept-encoding': 'identity',
      baggage: 'team=a,weir.router=chat,weir.route=default,weir.variant=large',
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    })
    const names = Object.keys(sent)
    expect(names.filter(name => /^(cookie|x-api-key|proxy-|x-weir-)/.test(name))).toEqual([])
    expect(JSON.stringify(sent)).not.toContain(KEY)
  })

  it('carry the client’s trace on: its span, the request’s, the call’s, whose child is the provider’s', async () => {
    const headers = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
      tracestate: 'vendor=note',
    }
    const { id } = await caller.chat('chat', {}, { headers })
    const event = await setup.gateway.event(id)
    expect(event).toMatchObject({
      span_trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      parent_span_id: 'b7ad6b7169203331',
      span_sampled: false,
    })
    const call = event.attempts[0]?.span_id
    expect(new Set([call, event.span_id, event.parent_span_id]).size).toBe(3)
    expect(setup.sim.requests.at(-1)?.headers).toMatchObject({
      traceparent: `00-0af7651916cd43dd8448eb211c80319c-${call}-00`,
      tracestate: 'vendor=note',
    })
  })

  it('without a trace that can be gone on with begin one, and leave out notes about the other', async () => {
    const headers = { traceparent: '00-nonsense-01', tracestate: 'vendor=note' }
    const { id } = await caller.chat('chat', {}, { headers })
    const event = await setup.gateway.event(id)
    expect(event).toMatchObject({ parent_span_id: null, span_sampled: true })
    const sent = setup.sim.requests.at(-1)?.headers
    expect(sent?.traceparent).toBe(`00-${event.span_trace_id}-${event.attempts[0]?.span_id}-01`)
    expect(sent).not.toHaveProperty('tracestate')
  })
})
