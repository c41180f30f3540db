// Providers: where a variant's requests can go, and how they have to be written there.
import { z } from 'zod'
import { BASE_URL } from './base-url.ts'
import {
  ENDPOINTS,
  type EndpointName,
  MAX_TOKENS_FIELDS,
  PRESETS,
  type PresetName,
  presetOf,
  REASONING_FIELDS,
} from './preset.ts'
import { FIELD_TYPES, type ProviderType, providerForms } from './provider-form.ts'
import { endpointNamesSchema, envReferenceSchema, headerNameSchema, headerValueSchema } from './scalar.ts'

/** Wire formats of which clients speak one, and which are passed on byte by byte. */
export const wireFormatSchema = z.enum(['openai', 'anthropic'])

/** Packages of the AI SDK that can be called as a provider. */
export const LIBRARY_PACKAGES = [
  '@ai-sdk/amazon-bedrock',
  '@ai-sdk/azure',
  '@ai-sdk/cohere',
  '@ai-sdk/google',
  '@ai-sdk/google-vertex',
  '@ai-sdk/groq',
  '@ai-sdk/mistral',
  '@ai-sdk/xai',
] as const

const urlSchema = z
  .url({
    protocol: /^https?$/,
    error: 'must be an http or https URL, such as "https://api.openai.com/v1"',
    abort: true,
  })
  .refine(url => /^[^/]+\/\/[^/?#@]*(\/[^?#]*)?$/.test(url), {
    error: 'must have no user, query or fragment; put the credential under `credential`',
    abort: true,
  })
  .regex(BASE_URL, { error: 'must be written in ASCII, such as "https://api.openai.com/v1"' })
  .meta({ format: 'uri', examples: ['https://api.openai.com/v1'] })

const credentialSchema = z
  .strictObject({
    env: envReferenceSchema.shape.env.optional(),
    stored: z.literal(true).optional().meta({
      description: 'The active one of the credentials that the control plane keeps for this provider',
    }),
  })
  .refine(({ env, stored }) => (env === undefined) !== (stored === undefined), {
    error: 'must have exactly one of `env` (an environment variable) and `stored: true`',
  })
  .meta({ oneOf: [{ required: ['env'] }, { required: ['stored'] }] })
  .transform(({ env }): CredentialReference => (env === undefined ? { stored: true } : { env }))

const providerShape = z.strictObject({
  preset: z
    .enum(Object.keys(PRESETS) as [PresetName, ...PresetName[]])
    .optional()
    .meta({ description: 'A service whose settings are known; whatever is written here wins over them' }),
  type: z
    .enum([...wireFormatSchema.options, 'ai-sdk'])
    .optional()
    .meta({
      description:
        "The wire format the provider speaks; `ai-sdk`: any other, through a package. Default: the preset's",
    }),
  base_url: urlSchema.optional().meta({
    description:
      "Up to and including the version, such as https://api.openai.com/v1. Default: the preset's or package's",
  }),
  package: z.enum(LIBRARY_PACKAGES).optional().meta({
    description: 'For `type: ai-sdk`: the package that speaks to the provider; it has to be installed',
  }),
  options: z.record(z.string().min(1).max(100), z.json()).optional().meta({
    description:
      "For `type: ai-sdk`: the package's own settings, such as region; `{ env: NAME }` reads a secret",
  }),
  credential: credentialSchema.optional().meta({
    description:
      'The API key of this provider: `{ env: NAME }`, or `{ stored: true }` for the one kept, encrypted, by the control plane; without either, requests go out unauthenticated',
  }),
  credential_header: headerNameSchema.optional().meta({
    description:
      "Carries the credential: as `Bearer <key>` in `authorization`, bare in any other. Default: the preset's, else `authorization`, for Anthropic's format `x-api-key`",
  }),
  headers: z
    .record(headerNameSchema, headerValueSchema)
    .default({})
    .meta({ description: 'Headers set on every request to this provider' }),
  user: z
    .enum(['forward', 'hash', 'drop'])
    .default('forward')
    .meta({ description: "What the provider gets of the client's `user`: as it is, its HMAC, or nothing" }),
  stream_usage: z.enum(['ask', 'never']).optional().meta({
    description:
      "Whether streams ask for usage when the client did not; some services refuse the option. Default: the preset's, else `ask`",
  }),
  endpoints: endpointNamesSchema.optional().meta({
    description:
      "The endpoints the provider has; requests to others are translated to one it has, where that is possible. Default: the preset's, else all of its format",
  }),
  max_tokens_field: z.enum(MAX_TOKENS_FIELDS).optional().meta({
    description:
      "The field of translated chat requests that limits the answer. Default: the preset's, else `max_tokens`",
  }),
  reasoning_field: z.enum(REASONING_FIELDS).optional().meta({
    description:
      "The field of translated chat requests in which earlier reasoning goes back. Default: the preset's, else `none`",
  }),
})

type ProviderShape = z.infer<typeof providerShape>

/** Where a provider's credential is; it never stands in a config itself. */
export type CredentialReference = { readonly env: string } | { readonly stored: true }

/** A provider with everything settled: presets and defaults are applied, and only what was not asked for is absent. */
export interface ProviderConfig {
  readonly type: ProviderType
  readonly preset?: PresetName
  /** Undefined only for `ai-sdk`, whose packages know their own. */
  readonly base_url?: string
  /** Always there for `ai-sdk`, and for no other type. */
  readonly package?: LibraryPackage
  /** Settings of the package; empty for other types. */
  readonly options: Readonly<Record<string, z.core.util.JSONType>>
  /** Settings of the package that are secrets: the environment variable of each. */
  readonly secret_options: Readonly<Record<string, string>>
  readonly credential?: CredentialReference
  /** In lower case; `authorization` takes `Bearer <credential>`, any other header the bare credential. */
  readonly credential_header: string
  readonly headers: Readonly<Record<string, string>>
  readonly user: 'forward' | 'hash' | 'drop'
  readonly stream_usage: 'ask' | 'never'
  /** Names of the endpoints served in the provider's own format; none for `ai-sdk`. */
  readonly endpoints: readonly string[]
  readonly max_tokens_field: (typeof MAX_TOKENS_FIELDS)[number]
  readonly reasoning_field: (typeof REASONING_FIELDS)[number]
}

export type LibraryPackage = (typeof LIBRARY_PACKAGES)[number]

type Report = (field: keyof ProviderShape, code: string, message: string) => void

/** The provider as it is used: what is written in the config wins over the preset, and that over the type's defaults. */
export const providerSchema = providerShape
  .superRefine((provider, context) => {
    const report: Report = (field, code, message) =>
      context.addIssue({ code: 'custom', path: [field], message, params: { code } })
    const type = provider.type ?? (provider.preset && presetOf(provider.preset).type)
    if (type === undefined) {
      return report('type', 'type_missing', 'is missing; write it, or a `preset` that gives it')
    }
    checkPreset(provider, report)
    checkFields(provider, type, report)
    if (type === 'ai-sdk') checkLibrary(provider, report, context)
    else checkEndpoints(provider, type, report)
  })
  .transform(resolveProvider)
  .meta({ oneOf: providerForms() })

function checkPreset({ preset, type, base_url }: ProviderShape, report: Report): void {
  const known = preset === undefined ? undefined : presetOf(preset)
  if (known !== undefined && type !== undefined && type !== known.type) {
    const message = `is "${type}", but the preset "${preset}" is of type "${known.type}"; leave one of the two out`
    report('type', 'preset_type', message)
  }
  if (base_url !== undefined || known?.base_url !== undefined || type === 'ai-sdk') return
  const form = known?.form === undefined ? '"https://api.openai.com/v1"' : `"${known.form}"`
  report('base_url', 'base_url_missing', `is missing; it must be a URL such as ${form}`)
}

function checkFields(provider: ProviderShape, type: ProviderType, report: Report): void {
  for (const [field, types] of FIELD_TYPES) {
    if (provider[field] === undefined || types.includes(type)) continue
    const message = `is only for providers of type ${types.map(each => `"${each}"`).join(' or ')}; this one is of type "${type}"`
    report(field, 'unsuited_field', message)
  }
}

function checkLibrary(provider: ProviderShape, report: Report, context: z.RefinementCtx): void {
  if (provider.package === undefined) {
    report('package', 'package_missing', 'is missing; it names the package to call, such as "@ai-sdk/google"')
  }
  for (const [name, value] of Object.entries(provider.options ?? {})) {
    const reference = isReference(value) ? envReferenceSchema.safeParse(value) : undefined
    if (reference?.success !== false) continue
    const message = reference.error.issues.map(issue => issue.message).join('; ')
    context.addIssue({ code: 'custom', path: ['options', name, 'env'], message })
  }
}

function checkEndpoints(provider: ProviderShape, type: keyof typeof ENDPOINTS, report: Report): void {
  const known: readonly EndpointName[] = ENDPOINTS[type]
  const foreign = provider.endpoints?.filter(name => !known.includes(name)) ?? []
  if (foreign.length === 0) return
  const message = `a provider of type "${type}" has no ${foreign.join(', ')}; it can have ${known.join(', ')}`
  report('endpoints', 'unsuited_endpoint', message)
}

function resolveProvider(provider: ProviderShape): ProviderConfig {
  const preset = provider.preset === undefined ? undefined : presetOf(provider.preset)
  const type = provider.type ?? preset?.type ?? 'openai'
  const base_url = provider.base_url ?? preset?.base_url
  return {
    type,
    ...(provider.preset !== undefined && { preset: provider.preset }),
    ...(base_url !== undefined && { base_url }),
    ...(provider.package !== undefined && { package: provider.package }),
    ...splitOptions(provider.options ?? {}),
    ...(provider.credential !== undefined && { credential: provider.credential }),
    credential_header: provider.credential_header ?? preset?.credential_header ?? CREDENTIAL_HEADER[type],
    headers: provider.headers,
    user: provider.user,
    stream_usage: provider.stream_usage ?? preset?.stream_usage ?? 'ask',
    endpoints: provider.endpoints ?? preset?.endpoints ?? (type === 'ai-sdk' ? [] : ENDPOINTS[type]),
    max_tokens_field: provider.max_tokens_field ?? preset?.max_tokens_field ?? 'max_tokens',
    reasoning_field: provider.reasoning_field ?? preset?.reasoning_field ?? 'none',
  }
}

const CREDENTIAL_HEADER: Readonly<Record<ProviderType, string>> = {
  openai: 'authorization',
  anthropic: 'x-api-key',
  'ai-sdk': 'authorization',
}

/** Sets secrets apart, so that whoever reads the settings cannot mistake one for a value. */
function splitOptions(
  options: NonNullable<ProviderShape['options']>,
): Pick<ProviderConfig, 'options' | 'secret_options'> {
  const entries = Object.entries(options)
  const secrets = entries.flatMap(([name, value]) => (isReference(value) ? [[name, value.env]] : []))
  return {
    options: Object.fromEntries(entries.filter(([, value]) => !isReference(value))),
    secret_options: Object.fromEntries(secrets),
  }
}

/** Whether a setting is written `{ env: NAME }`, rightly or not. */
function isReference(value: unknown): value is { readonly env: string } {
  return typeof value === 'object' && value !== null && 'env' in value && Object.keys(value).length === 1
}
