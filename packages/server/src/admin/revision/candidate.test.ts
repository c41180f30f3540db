import type { ConfigInput } from '@weir/core/config'
import { expect, test } from 'vitest'
import { compileWith } from './candidate.ts'

type Provider = NonNullable<ConfigInput['providers']>[string]

function warningOf(provider: Provider, managedBy: 'store' | 'file'): string | undefined {
  const config: ConfigInput = { version: 1, providers: { 'my.groq': provider } }
  const compiled = compileWith({ config, tables: new Map() }, { number: 1, secrets: {}, managedBy })
  if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.problems))
  return compiled.warnings.find(({ code }) => code === 'no_credential')?.message
}

const STORE = '; to store one here: POST /api/v1/providers/my.groq/credentials with {"secret": "..."}'
const fromEnv: Provider = { preset: 'groq', credential: { env: 'WEIR_TEST_UNSET' } }
const stored: Provider = { preset: 'groq', credential: { stored: true } }
const option: Provider = {
  type: 'ai-sdk',
  package: '@ai-sdk/google',
  options: { project: { env: 'WEIR_TEST_UNSET' } },
}

test.each<[string, Provider, 'store' | 'file', boolean]>([
  ['from a variable that is not set', fromEnv, 'store', true],
  ['that nobody has written', { preset: 'groq' }, 'store', true],
  ['that is to be stored', stored, 'store', true],
  ['that a file says is to be stored', stored, 'file', true],
  ['that a file says comes from a variable', fromEnv, 'file', false],
  ['that a file has not written', { preset: 'groq' }, 'file', false],
])('a missing credential %s can be stored: %o in %s mode, %s', (_, provider, managedBy, isNamed) => {
  expect(warningOf(provider, managedBy)?.endsWith(STORE)).toBe(isNamed)
})

test('a missing option is not a credential, and cannot be stored', () => {
  expect(warningOf(option, 'store')).toMatch(/WEIR_TEST_UNSET is not set/)
  expect(warningOf(option, 'store')).not.toContain('POST')
})
