// A gateway before one provider whose every byte a test decides, in each of the formats.
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'

export interface ScriptedGateway {
  readonly provider: ScriptedProvider
  readonly gateway: RunningGateway
}

/** Starts both. The models are `gpt/m`, `claude/m` and `gemini/m`; `hold` is how long streams are held in silence. */
export async function startScriptedGateway(hold = '10s'): Promise<ScriptedGateway> {
  const provider = await startScriptedProvider()
  const credential = { env: 'PROVIDER_KEY' }
  const base_url = `${provider.url}/v1`
  const models = ['gpt/m', 'claude/m', 'gemini/m'] as const
  const gateway = await startGateway({
    env: { PROVIDER_KEY: 'sk-of-the-provider' },
    config: {
      version: 1,
      gateway: { limits: { slow_client: '60s' } },
      providers: {
        gpt: { type: 'openai', base_url, credential },
        claude: { type: 'anthropic', base_url, credential },
        gemini: { type: 'ai-sdk', package: '@ai-sdk/google', base_url: `${base_url}beta`, credential },
      },
      models: Object.fromEntries(models.map(model => [model, {}])),
      routers: Object.fromEntries(
        models.map(model => [
          model.replace('/m', ''),
          {
            default_route: { split: { variants: [{ id: 'only', model }] } },
            timeouts: { hold },
            failure: { retries: 0, ejection: { consecutive_failures: 1000, failure_ratio: 1 } },
          },
        ]),
      ),
      keys: [testKey],
    },
  })
  return { provider, gateway }
}
