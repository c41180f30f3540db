// A provider whose every byte a test decides, for what the simulated one cannot do: writes that wait for the client
// to have read, and streams that no well-behaved server would send.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { endWithFile } from './clean-up.ts'

export type Script = (request: IncomingMessage, response: ServerResponse) => unknown

export interface ScriptedProvider {
  readonly url: string
  /** What answers from now on. The request's body has been read away. */
  play(script: Script): void
  /** Connections open now. */
  connections(): Promise<number>
}

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  let script: Script = (_, response) => response.writeHead(404).end()
  const server = createServer((request, response) => {
    request.resume().once('end', () => void script(request, response))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  endWithFile(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    play: next => {
      script = next
    },
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
  }
}

/** Opens a stream of server-sent events. */
export function openEventStream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' })
}

/** A chunk of a streamed chat with some text, as the `data` of a frame. */
export function chatChunk(content: string, finish: string | null = null): string {
  const choice = { index: 0, delta: { content }, finish_reason: finish }
  return JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [choice],
  })
}
