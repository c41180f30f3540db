// Keys and credentials are used and never shown: not in what the program prints, writes or answers, though a provider
// does its best to give them away.
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ConfigInput } from '@weir/core/config'
import { describe, expect, it } from 'vitest'
import { endWithFile } from '../support/clean-up.ts'
import { startGateway } from '../support/gateway.ts'
import { until } from '../support/until.ts'

const CREDENTIAL = 'sk-canary-credential-5f1c9a'
const CLAUDE_CREDENTIAL = 'sk-ant-canary-credential-77e0'
const KEY = 'wk_canary_key_b2c4d8'
const WRONG_KEY = 'wk_canary_wrong_key_19aa'
const CANARIES = [CREDENTIAL, CLAUDE_CREDENTIAL, KEY, WRONG_KEY]

/** A provider that answers with the status its path or the request asks for, quoting every header it was sent. */
async function startEcho(): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = []
  const server = createServer((req, res) => {
    requests.push(req)
    req.resume()
    req.once('end', () => {
      const status = Number(req.headers['x-echo'] ?? 401)
      const message = `Incorrect API key provided: ${JSON.stringify(req.headers)}`
      if (req.headers['x-echo'] === 'stream') {
        res.setHeader('content-type', 'text/event-stream')
        const [content, error] = brokenStream(req.url ?? '', message)
        res.write(content)
        return void setTimeout(() => res.end(error), 200)
      }
      res.writeHead(status, {
        'content-type': 'application/json',
        'x-echoed': String(req.headers.authorization ?? req.headers['x-api-key']),
      })
      res.end(
        JSON.stringify({
          type: 'error',
          error: { message, type: 'invalid_request_error', code: 'invalid_api_key' },
        }),
      )
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endWithFile(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** A stream that begins well and then fails with this message, in the format of the path. */
function brokenStream(path: string, message: string): [content: string, error: string] {
  const error = { type: 'error', error: { type: 'api_error', message } }
  if (!path.endsWith('/messages')) {
    const chunk = { choices: [{ index: 0, delta: { content: 'Hi' } }] }
    return [`data: ${JSON.stringify(chunk)}\n\n`, `data: ${JSON.stringify(error)}\n\n`]
  }
  const delta = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } }
  return [
    `event: content_block_delta\ndata: ${JSON.stringify(delta)}\n\n`,
    `event: error\ndata: ${JSON.stringify(error)}\n\n`,
  ]
}

const echo = await startEcho()

const split = (model: string) => ({ split: { variants: [{ id: 'only', model }] } })
const failure = {
  retries: 0,
  ejection: { consecutive_failures: 1000, min_requests: 1000, max_cooldown: '0ms' },
}

const config: ConfigInput = {
  version: 1,
  providers: {
    echo: { type: 'openai', base_url: `${echo.url}/v1`, credential: { env: 'ECHO_KEY' } },
    claude: { type: 'anthropic', base_url: `${echo.url}/v1`, credential: { env: 'CLAUDE_KEY' } },
  },
  models: { 'echo/large': {}, 'claude/large': {} },
  routers: {
    openai: { failure, default_route: split('echo/large') },
    anthropic: { failure, default_route: split('claude/large') },
  },
  keys: [{ id: 'canary', secret: { env: 'CANARY_KEY' }, default_provider: 'echo' }],
}

const gateway = await startGateway({
  config,
  env: { ECHO_KEY: CREDENTIAL, CLAUDE_KEY: CLAUDE_CREDENTIAL, CANARY_KEY: KEY },
})

const seen: string[] = []

async function ask(path: string, model: string, headers: Readonly<Record<string, string>>, stream = false) {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, stream, max_tokens: 5, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  const text = await response.text()
  seen.push(JSON.stringify([...response.headers]), text)
  return { status: response.status, text }
}

function expectNoCanary(texts: readonly string[]): void {
  for (const canary of CANARIES) expect(texts.filter(text => text.includes(canary))).toEqual([])
}

const apis = [
  { path: '/v1/chat/completions', model: 'openai' },
  { path: '/v1/messages', model: 'anthropic' },
]

describe.each(apis)('on $path', ({ path, model }) => {
  it.each(['401', '403', '404', '400', '422', '429', '500'])(
    'keeps them from a client whose provider echoes them with %s',
    async status => {
      const before = seen.length
      for (const stream of [false, true]) {
        const answer = await ask(path, model, { 'x-echo': status }, stream)
        expect(answer.status).toBeGreaterThanOrEqual(400)
        if (status === '401' || status === '403') expect(answer.status).toBe(502)
      }
      expectNoCanary(seen.slice(before))
    },
  )

  it('keeps them from a client whose stream breaks with an error that echoes them', async () => {
    const before = seen.length
    const { text } = await ask(path, model, { 'x-echo': 'stream' }, true)
    expect(text).toContain('[redacted]')
    expectNoCanary(seen.slice(before))
  })

  it('sends the provider its credential and never the key of the client', () => {
    const received = echo.requests.map(request => JSON.stringify(request.rawHeaders))
    expect(received.some(text => text.includes(model === 'openai' ? CREDENTIAL : CLAUDE_CREDENTIAL))).toBe(
      true,
    )
    expect(received.filter(text => text.includes(KEY))).toEqual([])
  })
})

it.each(['401', '403'])(
  'keeps them from a client of a passed-on path whose provider echoes them with %s',
  async status => {
    const before = seen.length
    expect((await ask('/v1/files', 'openai', { 'x-echo': status })).status).toBe(502)
    expectNoCanary(seen.slice(before))
  },
)

it('does not repeat a wrong key, nor any key, in its own answers', async () => {
  const before = seen.length
  expect((await ask('/v1/chat/completions', 'openai', { authorization: `Bearer ${WRONG_KEY}` })).status).toBe(
    401,
  )
  const models = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${KEY}` } })
  const health = await fetch(`${gateway.url}/healthz`)
  seen.push(await models.text(), await health.text())
  expect(models.status).toBe(200)
  expectNoCanary(seen.slice(before))
})

it('writes them nowhere: not to stdout, stderr, events, state or the log of a refused config', async () => {
  gateway.writeConfig({
    ...config,
    keys: [...(config.keys ?? []), { id: 'canary', secret: { env: 'CANARY_KEY' } }],
  })
  await until('the refusal', () => gateway.program.stderr().includes('is refused'))
  await gateway.stop()
  const files = readdirSync(gateway.dataDir, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  )
  const names = files.map(entry => entry.name)
  expect(names).toEqual(expect.arrayContaining(['connection.json', 'state.json', 'secret.key']))
  expect(gateway.events().length).toBeGreaterThan(20)
  expectNoCanary([
    gateway.program.stdout(),
    gateway.program.stderr(),
    ...files.map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1')),
  ])
})
