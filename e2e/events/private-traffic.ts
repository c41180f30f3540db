// Requests with a canary in every place where something personal may stand, over every endpoint and every way to end.
import { randomBytes } from 'node:crypto'
import type { ConfigInput } from '@weir/core/config'
import { KEY } from '../support/gateway.ts'
import type { Quotes } from './quoting-provider.ts'

const random = () => randomBytes(8).toString('hex')
const canary = (name: string) => `canary ${name} "/${random()}`

/** By where they stand. */
export const SENT = {
  'a system prompt': canary('system'),
  'a user message': canary('message'),
  'a tool’s arguments': canary('arguments'),
  'a tool’s result': canary('result'),
  'a tool’s description': canary('description'),
  'an image URL': `https://images.example/canary-image-${random()}.png`,
  'a file name': canary('file'),
  user: canary('user'),
  'metadata that is not listed': canary('metadata'),
  'the unit of a metadata path': canary('account'),
  'a header': `canary-header-${random()}`,
  'a cookie': `canary-cookie-${random()}`,
  'a query': `canary-query-${random()}`,
  baggage: `canary-baggage-${random()}`,
  'an embedded text': canary('embedded'),
  'an uploaded file': canary('upload'),
  'a correction': canary('correction'),
  'a unit of feedback': canary('feedback'),
} as const

export const QUOTED: Readonly<Record<keyof Quotes, string>> = {
  text: canary('answer'),
  toolArguments: canary('answer arguments'),
  header: `canary-answer-header-${random()}`,
  errorMessage: canary('error message'),
  errorCode: canary('error code'),
  reasoning: canary('reasoning'),
}

/** No secret: it goes wherever facts go. */
export const MARK = `mark-${random()}`

type Capture = NonNullable<NonNullable<ConfigInput['routers']>[string]['capture']>

export function privateConfig(providerUrl: string, capture?: Capture): ConfigInput {
  const names = ['whole', 'broken', 'e400', 'e401', 'e404', 'e422', 'e429', 'e500']
  const router = (model: string, units: string[]) => ({
    units,
    failure: { retries: 0, ejection: { consecutive_failures: 1000, min_requests: 1000 } },
    default_route: { split: { variants: [{ id: 'only', model }] } },
    ...(capture !== undefined && { capture }),
  })
  return {
    version: 1,
    gateway: { record: { metadata: ['listed'] } },
    providers: {
      quoting: { type: 'openai', base_url: providerUrl },
      hashing: { type: 'openai', base_url: providerUrl, user: 'hash' },
      claude: { type: 'anthropic', base_url: providerUrl },
      library: {
        type: 'ai-sdk',
        package: '@ai-sdk/google',
        base_url: `${providerUrl}beta`,
        credential: { env: 'WEIR_OTHER_KEY' },
      },
      dropping: { type: 'openai', base_url: providerUrl, user: 'drop' },
    },
    models: {
      ...Object.fromEntries(names.map(name => [`quoting/${name}`, {}])),
      'hashing/hashed': {},
      'claude/*': {},
      'library/*': {},
      'dropping/dropped': {},
    },
    routers: {
      ...Object.fromEntries(names.map(name => [name, router(`quoting/${name}`, ['user'])])),
      [MARK]: router('quoting/whole', ['user']),
      account: router('quoting/whole', ['metadata.account']),
    },
    keys: [{ id: 'test', secret: { env: 'WEIR_KEY' }, default_provider: 'quoting' }],
  }
}

const chat = (model: string, stream: boolean) => ({
  model,
  stream,
  user: SENT.user,
  metadata: {
    listed: MARK,
    unlisted: SENT['metadata that is not listed'],
    account: SENT['the unit of a metadata path'],
  },
  messages: [
    { role: 'system', content: SENT['a system prompt'] },
    {
      role: 'user',
      content: [
        { type: 'text', text: SENT['a user message'] },
        { type: 'image_url', image_url: { url: SENT['an image URL'] } },
        { type: 'file', file: { filename: SENT['a file name'], file_data: 'data:text/plain;base64,QQ==' } },
      ],
    },
    {
      role: 'assistant',
      tool_calls: [
        {
          id: 'call_0',
          type: 'function',
          function: { name: 'look_up', arguments: JSON.stringify({ q: SENT['a tool’s arguments'] }) },
        },
      ],
    },
    { role: 'tool', tool_call_id: 'call_0', content: SENT['a tool’s result'] },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'look_up',
        description: SENT['a tool’s description'],
        parameters: { type: 'object' },
      },
    },
  ],
})

const messages = (model: string, stream: boolean) => ({
  model,
  stream,
  max_tokens: 10,
  metadata: { user_id: SENT.user },
  system: SENT['a system prompt'],
  messages: [{ role: 'user', content: SENT['a user message'] }],
})

const responses = (model: string) => ({
  model,
  safety_identifier: SENT.user,
  instructions: SENT['a system prompt'],
  input: SENT['a user message'],
})

async function post(url: string, body: string | FormData): Promise<Response> {
  const response = await fetch(`${url}?trace=${SENT['a query']}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${KEY}`,
      'x-own': SENT['a header'],
      cookie: `session=${SENT['a cookie']}`,
      baggage: `team=${SENT.baggage}`,
      ...(typeof body === 'string' && { 'content-type': 'application/json' }),
    },
    body,
  })
  await response.arrayBuffer()
  return response
}

/** Sends them all, one after the other. */
export async function sendPrivateTraffic(url: string): Promise<void> {
  const send = (path: string, body: object) => post(`${url}${path}`, JSON.stringify(body))
  for (const model of ['whole', 'broken', 'e400', 'e401', 'e404', 'e422', 'e429', 'e500', MARK, 'account'])
    for (const stream of [false, true]) await send('/v1/chat/completions', chat(model, stream))
  for (const model of ['whole', 'broken', 'e400', 'e500'])
    for (const stream of [false, true]) await send('/v1/messages', messages(model, stream))
  for (const model of ['hashing/hashed', 'dropping/dropped'])
    await send('/v1/chat/completions', chat(model, false))
  for (const model of [
    'claude/whole',
    'claude/e400',
    'claude/e529',
    'library/whole',
    'library/e400',
    'library/e503',
  ]) {
    for (const stream of [false, true]) {
      await send('/v1/messages', messages(model, stream))
      await send('/v1/chat/completions', chat(model, stream))
    }
  }
  await send('/v1/responses', responses('whole'))
  await send('/v1/embeddings', { model: 'whole', user: SENT.user, input: SENT['an embedded text'] })
  await post(`${url}/v1/chat/completions`, `{"model": "whole", "messages": "${SENT['a user message']}`)
  await send('/v1/chat/completions', { ...chat('whole', false), model: 'no-such-model' })
  await sendFile(url)
  await sendFeedback(url)
}

async function sendFile(url: string): Promise<void> {
  const form = new FormData()
  form.set('purpose', 'assistants')
  form.set('file', new Blob([SENT['an uploaded file']]), SENT['a file name'])
  await post(`${url}/v1/files`, form)
}

async function sendFeedback(url: string): Promise<void> {
  const answered = await post(`${url}/v1/chat/completions`, JSON.stringify(chat('whole', false)))
  const outcomes = [
    {
      request_id: answered.headers.get('x-weir-request-id'),
      name: 'correction',
      value: SENT['a correction'],
    },
    { unit: { kind: 'user', id: SENT['a unit of feedback'] }, name: `score:${MARK}`, value: 1 },
    { unit: { kind: 'user', id: SENT['a unit of feedback'] }, name: SENT['a correction'], value: 1 },
  ]
  for (const outcome of outcomes) await post(`${url}/v1/feedback`, JSON.stringify(outcome))
}
