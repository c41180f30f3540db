// The rule in GrowthBook's multi-user client: a forced value on a condition, then an experiment by user.
import { createRequire } from 'node:module'
import { GrowthBookClient } from '@growthbook/growthbook'
import { type Decider, LARGE_SHARE, type Subject } from './decider.ts'

const FEATURE = 'model'

interface Features extends Record<string, string> {
  model: string
}

const RULES = [
  { condition: { tier: 'premium' }, force: 'large' },
  {
    key: 'split',
    variations: ['large', 'small'],
    weights: [LARGE_SHARE, 1 - LARGE_SHARE],
    coverage: 1,
    hashAttribute: 'id',
    hashVersion: 2,
  },
]

const version = (): string =>
  (createRequire(import.meta.url)('@growthbook/growthbook/package.json') as { version: string }).version

export function growthbookDecider(subjects: readonly Subject[]): Promise<Decider> {
  const client = new GrowthBookClient<Features>().initSync({
    payload: { features: { [FEATURE]: { defaultValue: 'large', rules: RULES } } },
  })
  const contexts = subjects.map(({ user, tier }) => ({ attributes: { id: user, tier } }))
  return Promise.resolve({
    name: 'growthbook',
    description: `@growthbook/growthbook ${version()}, GrowthBookClient.evalFeature, no tracking callback`,
    decide: position => client.evalFeature(FEATURE, contexts[position] ?? {}).value ?? 'none',
    close: () => client.destroy(),
  })
}
