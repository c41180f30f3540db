import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { compile } from '@weir/core/config'
import { type ActiveSnapshot, activate } from '@weir/core/routing'
import { describe, expect, test } from 'vitest'
import { authenticate } from './authenticate.ts'

const NOON = Date.UTC(2026, 10, 21, 12)

function digest(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest('hex')}`
}

function activeOf(keys: readonly object[]): ActiveSnapshot {
  const compiled = compile(
    { version: 1, keys },
    {
      revision: 1,
      tables: new Map(),
      digestOfEnv: () => undefined,
      isEnvSet: () => true,
      isTimeZone: () => true,
      isPackageInstalled: () => true,
      hasStoredCredential: () => true,
    },
  )
  if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.problems))
  return activate(compiled.snapshot)
}

const active = activeOf([
  { id: 'plain', digest: digest('wk_plain') },
  { id: 'off', digest: digest('wk_off'), disabled: true },
  { id: 'past', digest: digest('wk_past'), expires: '2026-11-21T12:00:00Z' },
  {
    id: 'rotated',
    digest: digest('wk_new'),
    previous: { digest: digest('wk_old'), until: '2026-11-21T12:00:00Z' },
  },
  {
    id: 'rotated-off',
    digest: digest('wk_new_off'),
    disabled: true,
    previous: { digest: digest('wk_old_off'), until: '2030-01-01T00:00:00Z' },
  },
])

function asked(headers: IncomingHttpHeaders, at = NOON, snapshot = active): string {
  const result = authenticate({ active: snapshot, headers, at })
  return 'kind' in result ? result.code : result.id
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

describe('a caller', () => {
  test.each<[string, IncomingHttpHeaders, string]>([
    ['is known by its secret', bearer('wk_plain'), 'plain'],
    ['may send it in the other header', { 'x-api-key': 'wk_plain' }, 'plain'],
    ['without a secret is refused', {}, 'key_missing'],
    ['with another secret is refused', bearer('wk_other'), 'key_unknown'],
    ['with a digest instead of the secret is refused', bearer(digest('wk_plain').slice(7)), 'key_unknown'],
    ['whose key is disabled is refused', bearer('wk_off'), 'key_disabled'],
    ['whose key has expired is refused', bearer('wk_past'), 'key_expired'],
    ['with the secret in force is let in', bearer('wk_new'), 'rotated'],
    ['with a replaced secret of a disabled key is refused', bearer('wk_old_off'), 'key_disabled'],
  ])('%s', (_, headers, expected) => {
    expect(asked(headers)).toBe(expected)
    expect(asked(headers)).toBe(expected)
  })

  test('with a replaced secret is let in until its time is over, also when it was seen before', () => {
    expect(asked(bearer('wk_old'), NOON - 1)).toBe('rotated')
    expect(asked(bearer('wk_old'), NOON)).toBe('key_expired')
    expect(asked(bearer('wk_new'), NOON)).toBe('rotated')
  })

  test('is held against the snapshot of its request, not one before', () => {
    expect(asked(bearer('wk_old'), NOON - 1)).toBe('rotated')
    expect(asked(bearer('wk_old'), NOON - 1, activeOf([{ id: 'rotated', digest: digest('wk_new') }]))).toBe(
      'key_unknown',
    )
  })
})
