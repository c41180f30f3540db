// What the SDK tests share: one simulated provider behind both wire formats, and a gateway with a router for each.
import type { Sim } from '../../packages/server/src/sim/server.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import { startProvider } from '../support/simulated-provider.ts'

export interface SdkGateway {
  readonly sim: Sim
  readonly gateway: RunningGateway
  readonly ledger: Ledger
}

export const PROVIDER_KEY = 'sk-of-the-provider'

/** `chat` goes to OpenAI's format, `claude` to Anthropic's, both to the model `large`. */
export async function startSdkGateway(): Promise<SdkGateway> {
  // Tests of fidelity send fields nobody knows.
  const sim = await startProvider({ api_key: PROVIDER_KEY, unknown_fields: 'ignore' })
  const base_url = `${sim.url}/v1`
  const credential = { env: 'PROVIDER_KEY' }
  const gateway = await startGateway({
    env: { PROVIDER_KEY },
    config: {
      version: 1,
      providers: {
        sim: { type: 'openai', base_url, credential },
        anthropic: { type: 'anthropic', base_url, credential },
      },
      models: {
        'sim/large': { price: { input: 2.5, cached_input: 0.25, output: 10 } },
        'sim/small': { price: { input: 0.15, output: 0.6 } },
        'anthropic/large': { price: { input: 3, output: 15 } },
      },
      routers: {
        chat: { default_route: { split: { variants: [{ id: 'large', model: 'sim/large' }] } } },
        claude: { default_route: { split: { variants: [{ id: 'large', model: 'anthropic/large' }] } } },
      },
      keys: [{ ...testKey, default_provider: 'sim' }],
    },
  })
  return { sim, gateway, ledger: openLedger() }
}
