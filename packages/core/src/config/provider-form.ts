// The forms that a provider can be written in, as JSON Schema says them: which fields go together.
import { ENDPOINTS, PRESETS, type Preset, type WireFormat } from './preset.ts'

export type ProviderType = WireFormat | 'ai-sdk'

type ProviderField =
  | 'package'
  | 'options'
  | 'credential_header'
  | 'stream_usage'
  | 'endpoints'
  | 'max_tokens_field'
  | 'reasoning_field'

/** Fields that only make sense for some types; those of the other types are mistakes. */
export const FIELD_TYPES: readonly (readonly [field: ProviderField, types: readonly ProviderType[]])[] = [
  ['package', ['ai-sdk']],
  ['options', ['ai-sdk']],
  ['credential_header', ['openai', 'anthropic']],
  ['stream_usage', ['openai', 'anthropic']],
  ['endpoints', ['openai', 'anthropic']],
  ['max_tokens_field', ['openai']],
  ['reasoning_field', ['openai']],
]

interface Form {
  readonly title: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly required: readonly string[]
}

/** By its own settings, or by a preset that has its base URL or lacks it; or through a package. No two hold at once. */
export function providerForms(): Form[] {
  const types = Object.keys(ENDPOINTS) as WireFormat[]
  const library = form('ai-sdk', 'Through a package', { preset: false }, ['type', 'package'])
  return [...types.flatMap(type => [ownForm(type), ...presetForms(type)]), library]
}

function ownForm(type: WireFormat): Form {
  return form(type, `With settings of its own, in the format "${type}"`, { preset: false }, [
    'type',
    'base_url',
  ])
}

function presetForms(type: WireFormat): Form[] {
  const presets = Object.entries<Preset>(PRESETS).filter(([, preset]) => preset.type === type)
  const complete = presets.filter(([, { base_url }]) => base_url !== undefined)
  const partial = presets.filter(([, { base_url }]) => base_url === undefined)
  return [
    presetForm(type, `By a preset, in the format "${type}"`, complete, ['preset']),
    ...(partial.length === 0
      ? []
      : [presetForm(type, 'By a preset that lacks the base URL', partial, ['preset', 'base_url'])]),
  ]
}

type NamedPreset = readonly [name: string, preset: Preset]

function presetForm(
  type: WireFormat,
  title: string,
  presets: readonly NamedPreset[],
  required: readonly string[],
): Form {
  return form(type, title, { preset: { enum: presets.map(([name]) => name) } }, required)
}

function form(
  type: ProviderType,
  title: string,
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[],
): Form {
  const unsuited = FIELD_TYPES.filter(([, types]) => !types.includes(type))
  const endpoints = type === 'ai-sdk' ? {} : { endpoints: { items: { enum: ENDPOINTS[type] } } }
  return {
    title,
    properties: {
      type: { const: type },
      ...endpoints,
      ...Object.fromEntries(unsuited.map(([field]) => [field, false])),
      ...properties,
    },
    required,
  }
}
