// `model_id` and the config's providers and models. Inworld knows every service by name; here a service that is
// known by a preset is configured when a router first names it, and its credential may follow.
import { type ConfigInput, PRESETS, type Preset, type PresetName } from '@weir/core/config'
import type { ProviderWords } from './generation-config.ts'
import type { Violation } from './status.ts'

/** What Inworld calls services that have another name here. */
const INWORLD_NAMES: Readonly<Record<string, PresetName>> = { 'google-ai-studio': 'gemini' }

export interface ModelReference {
  readonly modelId: string
  /** Where it stands in the request. */
  readonly field: string
}

/** The config with the providers and models that are named and were not there, and what cannot be found. */
export function addModels(
  config: ConfigInput,
  references: readonly ModelReference[],
): { readonly config: ConfigInput; readonly violations: readonly Violation[] } {
  const providers = { ...config.providers }
  const models = { ...config.models }
  const violations: Violation[] = []
  for (const { modelId, field } of references) {
    const slash = modelId.indexOf('/')
    const id = modelId.slice(0, slash)
    const preset = presetNamed(id)
    if (slash < 1) violations.push({ field, description: 'must be written `provider/model`' })
    else if (!Object.hasOwn(providers, id) && preset === undefined) {
      const description = `there is no provider "${id}", and no service is known by this name; add it under /api/v1/providers`
      violations.push({ field, description })
    } else {
      if (preset !== undefined && !Object.hasOwn(providers, id))
        providers[id] = { preset, credential: { stored: true } }
      if (!Object.hasOwn(models, modelId) && !Object.hasOwn(models, `${id}/*`)) models[modelId] = {}
    }
  }
  return { config: { ...config, providers, models }, violations }
}

/** Only services on the internet that want a credential: what runs on somebody's own machine is for them to add. */
function presetNamed(id: string): PresetName | undefined {
  const name = Object.hasOwn(INWORLD_NAMES, id) ? INWORLD_NAMES[id] : id
  if (name === undefined || !Object.hasOwn(PRESETS, name)) return undefined
  const preset: Preset = PRESETS[name as PresetName]
  return preset.base_url !== undefined && preset.credential === 'needed' ? (name as PresetName) : undefined
}

/** The words of the provider whose the model is. */
export function wordsOf(config: ConfigInput, modelId: string): ProviderWords {
  const { providers = {} } = config
  const id = modelId.slice(0, modelId.indexOf('/'))
  const provider = Object.hasOwn(providers, id) ? providers[id] : undefined
  const preset: Preset | undefined = provider?.preset && PRESETS[provider.preset]
  return {
    type: provider?.type ?? preset?.type ?? 'openai',
    preset: provider?.preset,
    maxTokensField: provider?.max_tokens_field ?? preset?.max_tokens_field ?? 'max_tokens',
  }
}
