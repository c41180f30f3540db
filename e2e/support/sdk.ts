// The official SDKs, unchanged, pointed at a gateway.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { type ClientOptions } from 'openai'
import { KEY, type RunningGateway } from './gateway.ts'
import type { Ledger } from './ledger.ts'

type Where = Pick<RunningGateway, 'url'>

/** No retries, so that each call of a test is one request; pass `maxRetries` to have them. */
export function openaiClient(gateway: Where, ledger: Ledger, options: ClientOptions = {}): OpenAI {
  const fixed = { baseURL: `${gateway.url}/v1`, apiKey: KEY, fetch: ledger.fetch, maxRetries: 0 }
  return new OpenAI({ ...fixed, ...options })
}

export function anthropicClient(
  gateway: Where,
  ledger: Ledger,
  options: ConstructorParameters<typeof Anthropic>[0] = {},
): Anthropic {
  return new Anthropic({
    baseURL: gateway.url,
    authToken: KEY,
    apiKey: null,
    fetch: ledger.fetch,
    maxRetries: 0,
    ...options,
  })
}
