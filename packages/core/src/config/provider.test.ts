import { describe, expect, test } from 'vitest'
import { parseConfig } from './parse.ts'
import { ENDPOINTS, PRESETS, type Preset } from './preset.ts'
import { formatPath } from './problem.ts'
import { LIBRARY_PACKAGES, type ProviderConfig } from './provider.ts'

function parse(provider: Record<string, unknown>) {
  return parseConfig({ version: 1, providers: { p: provider } })
}

/** The provider as a snapshot has it. */
function resolved(provider: Record<string, unknown>): ProviderConfig {
  const parsed = parse(provider)
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems))
  return parsed.config.providers.p as ProviderConfig
}

function problemsOf(provider: Record<string, unknown>): string[] {
  const parsed = parse(provider)
  if (parsed.kind === 'valid') return []
  return parsed.problems.map(({ code, path, message }) => `${code} ${formatPath(path)}: ${message}`)
}

const custom = { base_url: 'http://localhost/v1' }

describe('a provider without a preset', () => {
  test.each<[string, Record<string, unknown>, Partial<ProviderConfig>]>([
    [
      'openai',
      { type: 'openai', ...custom },
      { credential_header: 'authorization', endpoints: ['chat', 'completions', 'embeddings', 'responses'] },
    ],
    [
      'anthropic',
      { type: 'anthropic', ...custom },
      { credential_header: 'x-api-key', endpoints: ['messages'] },
    ],
    [
      'ai-sdk',
      { type: 'ai-sdk', package: '@ai-sdk/google' },
      { credential_header: 'authorization', endpoints: [] },
    ],
  ])('of type %s has the defaults of its type', (type, written, expected) => {
    expect(resolved(written)).toEqual({
      ...written,
      type,
      options: {},
      secret_options: {},
      headers: {},
      user: 'forward',
      stream_usage: 'ask',
      max_tokens_field: 'max_tokens',
      reasoning_field: 'none',
      ...expected,
    })
  })
})

describe.each(Object.entries<Preset>(PRESETS))('the preset %s', (name, preset) => {
  const url = preset.base_url === undefined ? { base_url: 'https://mine.example/v1' } : {}

  test('is enough but for what every customer has of their own', () => {
    const { service: _service, form: _form, credential: _credential, ...quirks } = preset
    expect(resolved({ preset: name, ...url })).toMatchObject({ preset: name, ...url, ...quirks })
  })

  test('has either a base URL that can be called or the form of one', () => {
    expect(preset.form === undefined).not.toBe(preset.base_url === undefined)
    const shown = preset.base_url ?? preset.form?.replace(/<.+?>/g, 'mine') ?? ''
    expect(problemsOf({ preset: name, base_url: shown })).toEqual([])
    expect(shown).not.toMatch(/\/$/)
  })

  test('has endpoints of its format only', () => {
    expect(ENDPOINTS[preset.type]).toEqual(expect.arrayContaining([...(preset.endpoints ?? [])]))
  })

  test('gives way to what is written', () => {
    const own = {
      ...custom,
      credential_header: 'x-key',
      stream_usage: 'ask',
      endpoints: [ENDPOINTS[preset.type][0]],
    }
    expect(resolved({ preset: name, ...own })).toMatchObject(own)
  })
})

test('a header for the credential is compared and sent in lower case', () => {
  expect(resolved({ type: 'openai', ...custom, credential_header: 'Api-Key' }).credential_header).toBe(
    'api-key',
  )
})

test.each(LIBRARY_PACKAGES)('%s keeps its settings apart from its secrets', name => {
  const options = { region: 'eu', deep: { env: 'X', other: 1 }, list: [{ env: 'Y' }], key: { env: 'Z' } }
  expect(resolved({ type: 'ai-sdk', package: name, options })).toMatchObject({
    options: { region: 'eu', deep: { env: 'X', other: 1 }, list: [{ env: 'Y' }] },
    secret_options: { key: 'Z' },
  })
})

describe('a provider is refused', () => {
  const library = { type: 'ai-sdk', package: '@ai-sdk/google' }

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'without type and preset',
      custom,
      ['type_missing providers.p.type: is missing; write it, or a `preset` that gives it'],
    ],
    [
      'with a type that is not the preset’s',
      { preset: 'groq', type: 'anthropic' },
      [
        'preset_type providers.p.type: is "anthropic", but the preset "groq" is of type "openai"; leave one of the two out',
      ],
    ],
    [
      'without a base URL',
      { type: 'anthropic' },
      [
        'base_url_missing providers.p.base_url: is missing; it must be a URL such as "https://api.openai.com/v1"',
      ],
    ],
    [
      'without the base URL that every customer of the preset has',
      { preset: 'azure-openai' },
      [
        'base_url_missing providers.p.base_url: is missing; it must be a URL such as "https://<resource>.openai.azure.com/openai/v1"',
      ],
    ],
    [
      'with a package for a format of ours',
      { type: 'openai', ...custom, package: '@ai-sdk/google', options: {} },
      [
        'unsuited_field providers.p.package: is only for providers of type "ai-sdk"; this one is of type "openai"',
        'unsuited_field providers.p.options: is only for providers of type "ai-sdk"; this one is of type "openai"',
      ],
    ],
    [
      'with our quirks for a package',
      { ...library, credential_header: 'x-key', endpoints: ['chat'] },
      [
        'unsuited_field providers.p.credential_header: is only for providers of type "openai" or "anthropic"; this one is of type "ai-sdk"',
        'unsuited_field providers.p.endpoints: is only for providers of type "openai" or "anthropic"; this one is of type "ai-sdk"',
      ],
    ],
    [
      'with a quirk of OpenAI’s format for Anthropic’s',
      { preset: 'anthropic', reasoning_field: 'reasoning' },
      [
        'unsuited_field providers.p.reasoning_field: is only for providers of type "openai"; this one is of type "anthropic"',
      ],
    ],
    [
      'without the package to call',
      { type: 'ai-sdk' },
      [
        'package_missing providers.p.package: is missing; it names the package to call, such as "@ai-sdk/google"',
      ],
    ],
    [
      'with a secret in the place of its name',
      { ...library, options: { key: { env: 'sk-123' } } },
      ['invalid_value providers.p.options.key.env: must be the name of an environment variable'],
    ],
    [
      'with endpoints of another format',
      { type: 'anthropic', ...custom, endpoints: ['chat', 'messages'] },
      [
        'unsuited_endpoint providers.p.endpoints: a provider of type "anthropic" has no chat; it can have messages',
      ],
    ],
    [
      'with a credential that could not be a header’s name',
      { type: 'openai', ...custom, credential_header: 'a b' },
      ['invalid_format providers.p.credential_header: must be a header name'],
    ],
  ])('%s', (_, provider, problems) => {
    expect(problemsOf(provider)).toEqual(problems)
  })
})
