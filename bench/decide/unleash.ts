// The rule in Unleash's Node SDK: a strategy with a constraint, then a gradual rollout with variants by user.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type Context, InMemStorageProvider, Unleash } from 'unleash-client'
import { Operator } from 'unleash-client/lib/strategy/strategy.js'
import { type Decider, LARGE_SHARE, type Subject } from './decider.ts'

const TOGGLE = 'model'
/** Unleash counts variant weights in thousandths. */
const THOUSAND = 1000

const rollout = { rollout: '100', stickiness: 'userId', groupId: TOGGLE }
const isPremium = { contextName: 'tier', operator: Operator.IN, inverted: false, values: ['premium'] }

const toggle = {
  name: TOGGLE,
  enabled: true,
  strategies: [
    {
      name: 'flexibleRollout',
      parameters: rollout,
      constraints: [isPremium],
      variants: [{ name: 'large', weight: THOUSAND, stickiness: 'userId' }],
    },
    {
      name: 'flexibleRollout',
      parameters: rollout,
      constraints: [],
      variants: [
        { name: 'large', weight: THOUSAND * LARGE_SHARE, stickiness: 'userId' },
        { name: 'small', weight: THOUSAND * (1 - LARGE_SHARE), stickiness: 'userId' },
      ],
    },
  ],
}

const version = (): string =>
  (createRequire(import.meta.url)('unleash-client/package.json') as { version: string }).version

/** Fed by bootstrap; nothing listens at the discard port, and it neither polls nor reports. */
async function offlineClient(): Promise<Unleash> {
  const client = new Unleash({
    appName: 'bench',
    url: 'http://127.0.0.1:9/',
    refreshInterval: 0,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: [toggle] },
    disableAutoStart: true,
  })
  client.on('error', () => {})
  client.on('warn', () => {})
  const ready = once(client, 'ready')
  await Promise.all([client.start(), ready])
  return client
}

export async function unleashDecider(subjects: readonly Subject[]): Promise<Decider> {
  const client = await offlineClient()
  const contexts = subjects.map(({ user, tier }): Context => ({ userId: user, properties: { tier } }))
  return {
    name: 'unleash',
    description: `unleash-client ${version()}, Unleash.getVariant, metrics off`,
    decide: position => client.getVariant(TOGGLE, contexts[position]).name,
    close: () => client.destroy(),
  }
}
