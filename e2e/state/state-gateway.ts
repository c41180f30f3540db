// What the state tests share: two accounts of one vendor, each a simulated provider that knows only what it issued
// itself, and routers that split over them.
import type { ConfigInput } from '@weir/core/config'
import type { RequestEvent } from '@weir/core/event'
import type OpenAI from 'openai'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import type { Ledger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'

export type Account = 'a' | 'b'
export type Accounts = Readonly<Record<Account, Sim>>

/** Keys of the same tenant as the usual one, and one of another tenant. */
export const NO_DEFAULT_KEY = 'wk_without_a_default_provider'
export const DEFAULT_B_KEY = 'wk_whose_default_is_b'
export const STRANGER_KEY = 'wk_of_another_tenant'

/** Another seed for each: equal requests must not be given equal ids. */
export async function startAccounts(): Promise<Accounts> {
  const [a, b] = await Promise.all([
    startProvider({ api_key: 'sk-a', seed: 1 }),
    startProvider({ api_key: 'sk-b', seed: 2 }),
  ])
  return { a, b }
}

/** `half` splits 50/50 by request; `only-b` has nobody at `a`. */
export function configOver(accounts: Accounts): ConfigInput {
  const variant = (id: Account, weight: number) => ({ id, model: `${id}/large`, weight })
  return {
    version: 1,
    providers: {
      a: { type: 'openai', base_url: `${accounts.a.url}/v1`, credential: { env: 'A_KEY' } },
      b: { type: 'openai', base_url: `${accounts.b.url}/v1`, credential: { env: 'B_KEY' } },
    },
    models: { 'a/large': {}, 'b/large': {} },
    routers: {
      half: {
        units: ['request'],
        default_route: {
          failure: { backoff: { base: '1ms', max: '2ms' } },
          split: { variants: [variant('a', 50), variant('b', 50)] },
        },
      },
      'only-b': { units: ['request'], default_route: { split: { variants: [variant('b', 100)] } } },
    },
    keys: [
      { ...testKey, tenant: 'acme', default_provider: 'a' },
      { id: 'no-default', secret: { env: 'NO_DEFAULT_KEY' }, tenant: 'acme' },
      { id: 'default-b', secret: { env: 'DEFAULT_B_KEY' }, tenant: 'acme', default_provider: 'b' },
      { id: 'stranger', secret: { env: 'STRANGER_KEY' }, tenant: 'other', default_provider: 'b' },
    ],
  }
}

export function startStateGateway(
  config: ConfigInput,
  options: { readonly workers?: number; readonly dataDir?: string } = {},
): Promise<RunningGateway> {
  const env = { A_KEY: 'sk-a', B_KEY: 'sk-b', NO_DEFAULT_KEY, DEFAULT_B_KEY, STRANGER_KEY }
  return startGateway({ config, env, ...options })
}

/**
 * Headers that make a request's draw its own and the same in every run, on a connection of its own, so that requests
 * spread over the workers.
 */
export function drawnBy(seed: string, more: Record<string, string> = {}): OpenAI.RequestOptions {
  return { headers: { 'idempotency-key': seed, connection: 'close', ...more } }
}

/** The event of the last call that went through the ledger. */
export function lastEvent(gateway: RunningGateway, ledger: Ledger): Promise<RequestEvent> {
  return gateway.event(ledger.ids.at(-1) ?? '')
}

/** The account that answered. */
export function accountOf(event: RequestEvent): string {
  return event.target?.split('/')[0] ?? 'nobody'
}
