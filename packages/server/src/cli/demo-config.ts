// The demo's config: what an empty store begins with. Two simulated models, a router that sticks and one that does not.
import type { ConfigInput } from '@weir/core/config'

const SIM_PRICES = {
  'sim/large': { price: { input: 2.5, cached_input: 0.25, output: 10 } },
  'sim/small': { price: { input: 0.15, cached_input: 0.015, output: 0.6 } },
}

const SPLIT = {
  mode: 'percent' as const,
  variants: [
    { id: 'large', model: 'sim/large', weight: 80 },
    { id: 'small', model: 'sim/small', weight: 20 },
  ],
}

/** The demo's config: providers with a credential in the environment are there too. */
export function demoConfig(simUrl: string, keyDigest: string, env: NodeJS.ProcessEnv): ConfigInput {
  const providers: ConfigInput['providers'] = { sim: { type: 'openai', base_url: `${simUrl}/v1` } }
  const models: ConfigInput['models'] = { ...SIM_PRICES }
  if (env.OPENAI_API_KEY) {
    providers.openai = { preset: 'openai', credential: { env: 'OPENAI_API_KEY' } }
    models['openai/*'] = {}
  }
  if (env.ANTHROPIC_API_KEY) {
    providers.anthropic = { preset: 'anthropic', credential: { env: 'ANTHROPIC_API_KEY' } }
    models['anthropic/*'] = {}
  }
  return {
    version: 1,
    // The simulated models run on this machine.
    gateway: { private_networks: 'allow' },
    providers,
    models,
    routers: {
      demo: { description: 'Users and conversations stick', default_route: { split: SPLIT } },
      'demo-random': {
        description: 'Every request is drawn anew',
        units: ['request'],
        default_route: { split: SPLIT },
      },
    },
    keys: [{ id: 'demo', digest: `sha256:${keyDigest}`, may_override: true, default_provider: 'sim' }],
  }
}
