import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { compileContext } from './fixtures/demo-config.ts'
import { formatPath } from './problem.ts'

function warningsOf(sections: Record<string, unknown>): string[] {
  const compiled = compile({ version: 1, ...sections }, compileContext)
  if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.problems))
  return compiled.warnings.map(({ code, path }) => `${code} ${formatPath(path)}`)
}

const credential = { env: 'SIM_API_KEY' }

describe('credentials', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['a service that needs one has none', { preset: 'groq' }, ['no_credential providers.p']],
    [
      'its variable is not set',
      { preset: 'groq', credential: { env: 'UNSET' } },
      ['no_credential providers.p.credential.env'],
    ],
    [
      'none is stored',
      { preset: 'groq', credential: { stored: true } },
      ['no_credential providers.p.credential'],
    ],
    [
      'a secret setting is not set',
      {
        type: 'ai-sdk',
        package: '@ai-sdk/google',
        options: { one: { env: 'UNSET' }, two: { env: 'SIM_API_KEY' } },
      },
      ['no_credential providers.p.options.one.env'],
    ],
    ['all is well', { preset: 'groq', credential }, []],
    ['a header of one’s own carries it', { preset: 'groq', headers: { Authorization: 'Bearer x' } }, []],
    ['a local server needs none', { preset: 'ollama' }, []],
    ['nothing is known of the service', { type: 'openai', base_url: 'http://localhost/v1' }, []],
  ])('%s', (_, provider, warnings) => {
    expect(warningsOf({ providers: { p: provider } })).toEqual(warnings)
  })
})

describe('the longest answer', () => {
  const providers = {
    claude: { preset: 'anthropic', credential },
    openai: { preset: 'openai', credential },
  }

  test('of a model of Anthropic’s format is asked for where it is not known', () => {
    const models = {
      'claude/new': {},
      'claude/*': {},
      'claude/claude-opus-4-6': {},
      'claude/named': { name: 'claude-opus-4-6' },
      'claude/said': { capabilities: { output: 8192 } },
      'openai/new': {},
    }
    expect(warningsOf({ providers, models })).toEqual(['unknown_output_limit models["claude/new"]'])
  })
})

test.each<[string, object, string[]]>([
  ['as it is', { rate: 1, redact: [] }, ['capture_unredacted routers.r.capture.redact']],
  [
    'as it is but for patterns',
    { rate: 1, redact: [], patterns: ['a'] },
    ['capture_unredacted routers.r.capture.redact'],
  ],
  ['redacted', { rate: 1 }, []],
  ['never', { rate: 0, redact: [] }, []],
])('a router that keeps text %s', (_, capture, warnings) => {
  const providers = { p: { type: 'openai', base_url: 'http://localhost/v1' } }
  const split = { variants: [{ id: 'a', model: 'p/a' }] }
  const routers = { r: { capture, default_route: { split } } }
  expect(warningsOf({ providers, models: { 'p/a': {} }, routers })).toEqual(warnings)
})

test('a package that is not installed is refused with the command that installs it', () => {
  const provider = (name: string) => ({ type: 'ai-sdk', package: name })
  const providers = { google: provider('@ai-sdk/google'), mistral: provider('@ai-sdk/mistral') }
  expect(compile({ version: 1, providers }, compileContext)).toMatchObject({
    kind: 'refused',
    problems: [
      {
        code: 'package_not_installed',
        path: ['providers', 'mistral', 'package'],
        message: 'the package @ai-sdk/mistral is not installed; run `npm install @ai-sdk/mistral`',
      },
    ],
  })
})
