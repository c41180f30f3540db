// Load on a key with a budget of one cent: streams of which the client counts what it got, whole, cut short or killed.
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConfigInput } from '@weir/core/config'
import { endWithFile } from '../support/clean-up.ts'
import { KEY, type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { startProvider } from '../support/simulated-provider.ts'

/** One cent, in nano-dollars. */
export const BUDGET = 10_000_000
/** What one word of an answer costs; the simulated provider counts words as tokens. */
export const PER_WORD = 100_000
/** Words of each answer. One cent is a hundred words. */
export const WORDS = 20
/** What an answer costs with its prompt of two words. */
export const PER_ANSWER = WORDS * PER_WORD + 2 * 1000

export interface BudgetGateway {
  start(dataDir?: string): Promise<RunningGateway>
}

export type Limits = NonNullable<NonNullable<ConfigInput['keys']>[number]['limits']>

/** A gateway of two workers over a provider whose every word takes so many milliseconds, and which obeys `ending`. */
export async function prepareGateway(limits: Limits, wordMs: number, ending = ''): Promise<BudgetGateway> {
  const sim = await startProvider({ speed: 1 })
  const pace = `ttft_ms=${wordMs}; tokens_per_second=${1000 / wordMs}; output_tokens=${WORDS}${ending}`
  const variant = { id: 'only', model: 'sim/large', headers: { 'x-sim': pace } }
  const config: ConfigInput = {
    version: 1,
    providers: { sim: { type: 'openai', base_url: `${sim.url}/v1` } },
    models: { 'sim/large': { price: { input: 1, output: 100 } } },
    routers: { demo: { default_route: { split: { variants: [variant] } } } },
    keys: [{ ...testKey, limits }],
  }
  return {
    start: dataDir => startGateway({ config, workers: 2, ...(dataDir === undefined ? {} : { dataDir }) }),
  }
}

export interface Streamed {
  readonly id: string
  readonly status: number
  readonly words: number
  readonly how: 'whole' | 'left' | 'broken'
  /** Of an error: its code, and the seconds of `retry-after`. */
  readonly code: string | undefined
  readonly retryAfter: number
}

export interface StreamOptions {
  /** Leaves after so many words. */
  readonly leaveAfter?: number
  readonly maxTokens?: number
  /** Told of how many words have come so far. */
  readonly onWords?: (words: number) => void
}

const agent = new Agent({ keepAlive: false })
endWithFile(() => agent.destroy())

/** Streams one chat; resolves when it is over, whichever way. */
export function stream(gateway: RunningGateway, options: StreamOptions = {}): Promise<Streamed> {
  const { leaveAfter = Number.POSITIVE_INFINITY, maxTokens } = options
  const body = JSON.stringify({
    model: 'demo',
    stream: true,
    messages: [{ role: 'user', content: 'Hello there' }],
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  })
  const headers = { authorization: `Bearer ${KEY}`, 'content-length': Buffer.byteLength(body) }
  return new Promise(resolve => {
    const gone: Streamed = { id: '', status: 0, words: 0, how: 'broken', code: undefined, retryAfter: 0 }
    const call = request(`${gateway.url}/v1/chat/completions`, { method: 'POST', agent, headers }, answer => {
      let text = ''
      const end = (how: Streamed['how']) =>
        resolve({
          id: String(answer.headers['x-weir-request-id']),
          status: answer.statusCode ?? 0,
          words: countWords(text),
          how,
          code: codeOf(text),
          retryAfter: Number(answer.headers['retry-after'] ?? 0),
        })
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
        const words = countWords(text)
        options.onWords?.(words)
        if (words < leaveAfter) return
        end('left')
        call.destroy()
      })
      answer.once('error', () => end('broken'))
      answer.once('close', () => end('broken'))
      answer.once('end', () => end(text.includes('[DONE]') || answer.statusCode !== 200 ? 'whole' : 'broken'))
    })
    call.once('error', () => resolve(gone))
    call.end(body)
  })
}

/** Many clients at once, each of which asks again when it is told to wait, until the budget is spent. */
export async function spendAll(
  gateway: RunningGateway,
  clients: number,
  options: StreamOptions = {},
): Promise<Streamed[]> {
  const all: Streamed[] = []
  const client = async () => {
    for (;;) {
      const streamed = await stream(gateway, options)
      all.push(streamed)
      if (streamed.status !== 200 && streamed.code !== 'budget_exceeded') return
      if (streamed.retryAfter > 1) return
      if (streamed.status === 429) await delay(50)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return all
}

/** What clients got of answers, at its price. */
export function worth(streams: readonly Streamed[]): number {
  return streams.reduce((sum, streamed) => sum + streamed.words * PER_WORD, 0)
}

function countWords(text: string): number {
  const parts = text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)
  const joined = Array.from(parts, ([, json]) => JSON.parse(`"${json}"`) as string).join('')
  return joined.split(/\s+/).filter(word => word !== '').length
}

function codeOf(text: string): string | undefined {
  return /"code":"(\w+)"/.exec(text)?.[1]
}
