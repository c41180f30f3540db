// A gateway before three providers that share nothing but the models' names: one in OpenAI's format, one in
// Anthropic's, and Gemini through a library. Routers are the test's; each has targets of its own, so that ejections of
// one say nothing about another.
import type { ConfigInput } from '@weir/core/config'
import type { RequestEvent } from '@weir/core/event'
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { type Caller, callerOf } from '../support/caller.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'

type RouterInput = NonNullable<ConfigInput['routers']>[string]
type ProviderInput = NonNullable<ConfigInput['providers']>[string]
type VariantInput = NonNullable<RouterInput['default_route']>['split']['variants'][number]
type ModelInput = NonNullable<ConfigInput['models']>[string]

/**
 * `gpt`: OpenAI's format, `chatty`: the same without a Responses API, `claude`: Anthropic's, `gemini`: by library,
 * `misled`: the same with a credential that Google does not know.
 */
export type ProviderName = 'gpt' | 'chatty' | 'claude' | 'gemini' | 'misled'

/** One variant of a case; the target and its model are made for it. */
export interface TargetCase extends Omit<VariantInput, 'id' | 'model' | 'headers'> {
  readonly provider: ProviderName
  /** What the target does, as an `x-sim` header, whatever the client asks for. */
  readonly sim?: string
  readonly model?: ModelInput
}

export interface RouterCase extends Omit<RouterInput, 'default_route'> {
  /** The first takes all traffic; the others stand in, in order. */
  readonly targets: readonly TargetCase[]
}

export interface ForeignGateway {
  readonly gpt: Sim
  readonly claude: Sim
  readonly gemini: Sim
  readonly gateway: RunningGateway
  readonly ledger: Ledger
  readonly caller: Caller
  /** The event of the latest answer. */
  lastEvent(): Promise<RequestEvent>
}

const GPT_KEY = 'sk-canary-of-the-openai-format'
const CLAUDE_KEY = 'sk-ant-canary-of-anthropic'
export const GEMINI_KEY = 'AIza-canary-of-google'
export const WRONG_KEY = 'AIza-wrong-canary-of-google'

/** Starts the providers and a gateway with these routers; `settings` are of every provider. */
export async function startForeignGateway(
  routers: Readonly<Record<string, RouterCase>>,
  settings: Pick<ProviderInput, 'user'> = {},
): Promise<ForeignGateway> {
  const [gpt, claude, gemini] = await Promise.all([
    startProvider({ api_key: GPT_KEY }),
    startProvider({ api_key: CLAUDE_KEY }),
    startProvider({ api_key: GEMINI_KEY }),
  ])
  const cases = Object.entries(routers)
  const credential = (env: string) => ({ credential: { env }, ...settings })
  const openai = { type: 'openai', base_url: `${gpt.url}/v1`, ...credential('GPT_KEY') } as const
  const google = { type: 'ai-sdk', package: '@ai-sdk/google', base_url: `${gemini.url}/v1beta` } as const
  const gateway = await startGateway({
    env: { GPT_KEY, CLAUDE_KEY, GEMINI_KEY, WRONG_KEY },
    config: {
      version: 1,
      providers: {
        gpt: openai,
        chatty: { ...openai, endpoints: ['chat'] },
        claude: { type: 'anthropic', base_url: `${claude.url}/v1`, ...credential('CLAUDE_KEY') },
        gemini: { ...google, ...credential('GEMINI_KEY') },
        misled: { ...google, ...credential('WRONG_KEY') },
      },
      models: Object.fromEntries(cases.flatMap(([id, one]) => modelsOf(id, one))),
      routers: Object.fromEntries(cases.map(([id, one]) => [id, routerOf(id, one)])),
      keys: [testKey],
    },
  })
  const ledger = openLedger()
  return {
    gpt,
    claude,
    gemini,
    gateway,
    ledger,
    caller: callerOf(gateway, ledger),
    lastEvent: () => gateway.event(ledger.ids.at(-1) ?? ''),
  }
}

/** The ids of a router's variants, in order. */
const IDS = ['first', 'second', 'third', 'fourth'] as const

const targetId = (router: string, { provider }: TargetCase, index: number) =>
  `${provider}/${router}-${index + 1}`

function modelsOf(router: string, { targets }: RouterCase): [string, ModelInput][] {
  return targets.map((target, index) => [targetId(router, target, index), { name: 'large', ...target.model }])
}

function routerOf(router: string, { targets, ...settings }: RouterCase): RouterInput {
  const variants = targets.map((target, index): VariantInput => {
    const { provider: _, sim, model: __, ...variant } = target
    return {
      priority: index,
      ...variant,
      id: IDS[index] ?? `nth-${index}`,
      model: targetId(router, target, index),
      ...(sim === undefined ? {} : { headers: { 'x-sim': sim } }),
    }
  })
  return {
    ...settings,
    default_route: { split: { variants } },
    failure: { retries: 0, ...settings.failure },
  }
}

/** The body of the latest request a provider got. */
export function lastBody(sim: Sim): Record<string, unknown> {
  return JSON.parse(String(sim.requests.at(-1)?.body ?? 'null')) as Record<string, unknown>
}
