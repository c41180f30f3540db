import { compile, type Snapshot } from '@weir/core/config'
import { afterAll, describe, expect, test } from 'vitest'
import { Targets } from './targets.ts'

const targets = new Targets(
  name => (name === 'KEY' ? 'k-1' : undefined),
  () => Promise.resolve({ kind: 'problem', message: 'no library is used here' }),
)

afterAll(() => targets.close())

function snapshotOf(provider: Record<string, unknown>): Snapshot {
  const compiled = compile(
    { version: 1, providers: { p: provider } },
    {
      revision: 1,
      tables: new Map(),
      digestOfEnv: () => undefined,
      isEnvSet: () => true,
      hasStoredCredential: () => false,
      isTimeZone: () => true,
      isPackageInstalled: () => true,
    },
  )
  if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.problems))
  return compiled.snapshot
}

function headersOf(provider: Record<string, unknown>): readonly string[] | null | undefined {
  targets.apply(snapshotOf(provider), { p: 'stored-1', other: 'stored-2' })
  return targets.get('p')?.headers
}

describe('the credential goes', () => {
  const credential = { env: 'KEY' }
  const url = { base_url: 'http://localhost:1/v1' }

  test.each<[string, Record<string, unknown>, readonly string[] | null]>([
    [
      'as a bearer to OpenAI’s format',
      { type: 'openai', ...url, credential },
      ['authorization', 'Bearer k-1'],
    ],
    ['bare to Anthropic’s', { type: 'anthropic', ...url, credential }, ['x-api-key', 'k-1']],
    ['where the preset says', { preset: 'azure-openai', ...url, credential }, ['api-key', 'k-1']],
    [
      'where the config says',
      { preset: 'anthropic', credential, credential_header: 'Authorization', headers: { 'x-team': 'a' } },
      ['authorization', 'Bearer k-1', 'x-team', 'a'],
    ],
    [
      'from the store when the config says so',
      { type: 'openai', ...url, credential: { stored: true } },
      ['authorization', 'Bearer stored-1'],
    ],
    ['nowhere when there is none', { type: 'openai', ...url }, []],
    ['nowhere when it is not set', { type: 'openai', ...url, credential: { env: 'UNSET' } }, null],
  ])('%s', (_, provider, headers) => {
    expect(headersOf(provider)).toEqual(headers)
  })
})

test('a stored credential that is gone is no credential any more', () => {
  const snapshot = snapshotOf({
    type: 'openai',
    base_url: 'http://localhost:1/v1',
    credential: { stored: true },
  })
  targets.apply(snapshot, { p: 'stored-1' })
  expect(targets.secretsOf('p')).toEqual(['stored-1'])
  targets.apply(snapshot, { other: 'stored-2' })
  expect(targets.get('p')?.headers).toBeNull()
  expect(targets.secretsOf('p')).toEqual([])
})

describe('what is called with another credential from now on', () => {
  const url = { type: 'openai', base_url: 'http://localhost:1/v1' }
  const stored = snapshotOf({ ...url, credential: { stored: true } })
  const applied = (secret: string, snapshot = stored) => targets.apply(snapshot, { p: secret })

  test('is told when snapshots are applied', () => {
    applied('one')
    expect(applied('one')).toEqual([])
    const since = targets.credentialSince('p')
    expect(applied('two')).toEqual(['p'])
    expect(targets.credentialSince('p')).toBeGreaterThan(since)
    expect(applied('two')).toEqual([])
  })

  test('is so by where the credential comes from or stands, too', () => {
    applied('one')
    expect(applied('one', snapshotOf({ ...url, credential: { env: 'KEY' } }))).toEqual(['p'])
    const moved = snapshotOf({ ...url, credential: { env: 'KEY' }, credential_header: 'x-key' })
    expect(applied('one', moved)).toEqual(['p'])
    expect(applied('two', moved)).toEqual([])
  })
})
