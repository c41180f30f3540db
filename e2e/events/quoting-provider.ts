// A provider whose every answer holds a secret of its own, and whose errors quote what they were sent: in the message,
// in the fields that are meant for codes, and in headers. What it does depends on the model that is asked for. It speaks
// OpenAI's format, whichever it is taken to speak.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endWithFile } from '../support/clean-up.ts'
import { openEventStream } from '../support/scripted-provider.ts'

export interface QuotingProvider {
  /** With `/v1`. */
  readonly url: string
  /** Bodies that it was sent, in order. */
  readonly bodies: string[]
}

/** What it says of itself, by where it says so. */
export interface Quotes {
  readonly text: string
  readonly toolArguments: string
  readonly header: string
  readonly errorMessage: string
  readonly errorCode: string
  readonly reasoning: string
}

/** Starts it; it ends with the test file. */
export async function startQuotingProvider(quotes: Quotes): Promise<QuotingProvider> {
  const bodies: string[] = []
  const server = createServer((req, res) => {
    void readBody(req).then(body => {
      bodies.push(body)
      res.setHeader('x-quoted', quotes.header)
      reply(req, res, body, quotes)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endWithFile(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, bodies }
}

async function readBody(req: IncomingMessage): Promise<string> {
  return Buffer.concat((await req.toArray()) as Buffer[]).toString('utf8')
}

function reply(req: IncomingMessage, res: ServerResponse, body: string, quotes: Quotes): void {
  const model = (/"model":\s*"([^"]*)"/.exec(body) ?? /models\/([^:]*)/.exec(req.url ?? ''))?.[1] ?? ''
  const error = {
    message: `${quotes.errorMessage} in ${body}`,
    type: quotes.errorCode,
    code: quotes.errorCode,
    param: quotes.errorMessage,
  }
  if (/^e\d+$/.test(model)) return sendJson(res, Number(model.slice(1)), { error })
  if (req.url === '/v1/embeddings') return sendJson(res, 200, embedding)
  if (req.url === '/v1/responses') return sendJson(res, 200, responseOf(quotes))
  if (req.url?.startsWith('/v1/files')) return sendJson(res, 200, { id: 'file-1', filename: quotes.text })
  if (!/"stream":\s*true/.test(body)) return sendJson(res, 200, completionOf(quotes))
  openEventStream(res)
  for (const chunk of chunksOf(quotes)) res.write(`data: ${JSON.stringify(chunk)}\n\n`)
  if (model === 'broken') {
    // Apart from the content, which has to be on its way.
    setTimeout(() => res.end(`data: ${JSON.stringify({ error })}\n\n`), 200)
    return
  }
  res.end(`data: ${JSON.stringify(finish)}\n\ndata: [DONE]\n\n`)
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 }
const embedding = {
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
  model: 'm',
  usage,
}

function toolCallOf(quotes: Quotes) {
  const call = { name: 'look_up', arguments: JSON.stringify({ query: quotes.toolArguments }) }
  return { index: 0, id: 'call_1', type: 'function', function: call }
}

function completionOf(quotes: Quotes) {
  const message = {
    role: 'assistant',
    content: quotes.text,
    reasoning_content: quotes.reasoning,
    tool_calls: [toolCallOf(quotes)],
  }
  const choices = [{ index: 0, message, finish_reason: 'tool_calls' }]
  return { id: 'c1', object: 'chat.completion', created: 1, model: 'm', choices, usage }
}

function responseOf(quotes: Quotes) {
  const content = [{ type: 'output_text', text: quotes.text, annotations: [] }]
  const output = [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }]
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'm',
    output,
    usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
  }
}

const chunkOf = (delta: object, finishReason: string | null = null) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finishReason }],
})

/** The text comes in two pieces, neither of which is all of it. */
function chunksOf(quotes: Quotes) {
  const half = quotes.text.length >> 1
  return [
    chunkOf({ role: 'assistant', content: '' }),
    chunkOf({ reasoning_content: quotes.reasoning }),
    chunkOf({ content: quotes.text.slice(0, half) }),
    chunkOf({ content: quotes.text.slice(half) }),
    chunkOf({ tool_calls: [toolCallOf(quotes)] }),
  ]
}

const finish = { ...chunkOf({}, 'tool_calls'), usage }
