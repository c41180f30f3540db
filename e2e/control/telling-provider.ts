// A provider that gives away all it knows: with the status that a request asks for in `x-answer`, it quotes every
// header it was sent, and a secret of its own. With 200 it answers as it should, but for a header of its own that
// quotes the credential.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endWithFile } from '../support/clean-up.ts'

/** Starts it; it ends with the test file. */
export async function startTellingProvider(secret: string): Promise<string> {
  const server = createServer((req, res) => {
    req.resume()
    req.once('end', () => {
      const asked = req.headers['x-answer']
      res.setHeader('x-told', String(req.headers.authorization))
      const message = `Incorrect API key: ${JSON.stringify(req.headers)} ${secret}`
      const error = {
        type: 'error',
        error: { message, type: 'invalid_request_error', code: 'invalid_api_key' },
      }
      if (asked === 'stream') {
        res.setHeader('content-type', 'text/event-stream')
        res.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'Hi' } }] })}\n\n`)
        return void setTimeout(() => res.end(`data: ${JSON.stringify(error)}\n\n`), 100)
      }
      res.setHeader('content-type', 'application/json')
      if (asked === '200') return void res.end(JSON.stringify(completion))
      res.writeHead(Number(asked ?? 401))
      res.end(JSON.stringify(error))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endWithFile(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'large',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}
