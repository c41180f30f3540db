// A gateway with one router per case: a first target that misbehaves as its `x-sim` header says, and a second to fall
// back on. Each case has targets of its own, so that ejections of one say nothing about another.
import type { ConfigInput } from '@weir/core/config'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { type Caller, callerOf } from '../support/caller.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'

type RouterInput = NonNullable<ConfigInput['routers']>[string]
type VariantInput = NonNullable<RouterInput['default_route']>['split']['variants'][number]

export interface FailureCase {
  /** What the first target does, as an `x-sim` header. */
  readonly first: string
  /** What the second does; null when there is none. Default: it answers. */
  readonly second?: string | null
  /** Default `sim`; the second is always there. */
  readonly provider?: string
  readonly failure?: RouterInput['failure']
  readonly timeouts?: RouterInput['timeouts']
}

export interface FailureGateway {
  readonly sim: Sim
  readonly gateway: RunningGateway
  readonly ledger: Ledger
  readonly caller: Caller
}

/** What each target says when it answers, in three tokens. */
const FIRST = 'from the first'
export const SECOND = 'from the second'

/** Cost of the second's answer to `Hello` in nano-dollars: 1 token in and 3 out. */
export const SECOND_COST = 150 + 1800

/** Says it unless the directives say something else. */
function saying(text: string, directives: string): string {
  return /(^|; ?)text=/.test(directives) ? directives : `text=${encodeURIComponent(text)}; ${directives}`
}

/** Starts a provider and a gateway with these cases. `extend` may add providers and whatever else. */
export async function startFailureGateway(
  cases: Readonly<Record<string, FailureCase>>,
  extend: (sim: Sim) => Partial<ConfigInput> = () => ({}),
): Promise<FailureGateway> {
  const sim = await startProvider()
  const base_url = `${sim.url}/v1`
  const added = extend(sim)
  const entries = Object.entries(cases)
  const gateway = await startGateway({
    config: {
      version: 1,
      ...added,
      providers: {
        sim: { type: 'openai', base_url },
        anthropic: { type: 'anthropic', base_url, credential: { env: 'WEIR_KEY' } },
        keyless: { type: 'openai', base_url, credential: { env: 'WEIR_NO_SUCH_VARIABLE' } },
        // Nothing can listen on the discard port without being root, and nothing does.
        closed: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' },
        ...added.providers,
      },
      models: Object.assign({}, ...entries.map(([id, one]) => modelsOf(id, one)), added.models) as never,
      routers: {
        ...Object.fromEntries(entries.map(([id, one]) => [id, routerOf(id, one)])),
        ...added.routers,
      },
      keys: [testKey],
    },
  })
  const ledger = openLedger()
  return { sim, gateway, ledger, caller: callerOf(gateway, ledger) }
}

function modelsOf(id: string, one: FailureCase): ConfigInput['models'] {
  return {
    [firstTarget(id, one)]: { name: 'large', price: { input: 2.5, output: 10 } },
    [secondTarget(id, one)]: { name: 'small', price: { input: 0.15, output: 0.6 } },
  }
}

const firstTarget = (id: string, one: FailureCase) => `${one.provider ?? 'sim'}/${id}-1`
const secondTarget = (id: string, one: FailureCase) =>
  `${one.provider === 'anthropic' ? 'anthropic' : 'sim'}/${id}-2`

function routerOf(id: string, one: FailureCase): RouterInput {
  const second: VariantInput = {
    id: 'second',
    model: secondTarget(id, one),
    priority: 1,
    headers: { 'x-sim': saying(SECOND, one.second ?? '') },
  }
  const first: VariantInput = {
    id: 'first',
    model: firstTarget(id, one),
    headers: { 'x-sim': saying(FIRST, one.first) },
  }
  return {
    default_route: { split: { variants: one.second === null ? [first] : [first, second] } },
    failure: { retries: 0, ...one.failure },
    ...(one.timeouts === undefined ? {} : { timeouts: one.timeouts }),
  }
}
