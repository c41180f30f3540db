// A steady load of chats over raw connections, which knows of every answer whether it came whole.
import { Agent, request } from 'node:http'
import { endWithFile } from './clean-up.ts'
import { KEY } from './gateway.ts'

export interface Outcome {
  readonly id: string
  readonly how: 'whole' | 'broken'
}

export interface Load {
  /** Sends no more; resolves when every request has its answer or lost its connection. */
  stop(): Promise<readonly Outcome[]>
}

/** Every second request is streamed. @param url - of the data port */
export function startLoad(url: string, requestsPerSecond: number): Load {
  const agent = new Agent({ keepAlive: true })
  endWithFile(() => agent.destroy())
  const asked: Promise<Outcome>[] = []
  const timer = setInterval(
    () => asked.push(ask(url, agent, asked.length % 2 === 0 ? 'stream' : 'whole')),
    1000 / requestsPerSecond,
  )
  return {
    stop: async () => {
      clearInterval(timer)
      const outcomes = await Promise.all(asked)
      agent.destroy()
      return outcomes
    },
  }
}

/** Resolves when the answer has come whole or the connection broke. */
function ask(url: string, agent: Agent, kind: 'stream' | 'whole'): Promise<Outcome> {
  const stream = kind === 'stream'
  const body = JSON.stringify({ model: 'demo', stream, messages: [{ role: 'user', content: 'Hello' }] })
  const headers = { authorization: `Bearer ${KEY}`, 'content-length': Buffer.byteLength(body) }
  return new Promise(resolve => {
    let id = ''
    const broken = () => resolve({ id, how: 'broken' })
    const call = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers }, response => {
      id = String(response.headers['x-weir-request-id'])
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.once('error', broken)
      response.once('close', broken)
      // An answer is whole when its framing says so: `end` is not emitted for one that was cut.
      response.once('end', () =>
        resolve({ id, how: stream && !text.includes('[DONE]') ? 'broken' : 'whole' }),
      )
    })
    call.once('error', broken)
    call.end(body)
  })
}
