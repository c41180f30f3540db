import { describe, expect, it } from 'vitest'
import { defaultSimConfig, simConfigSchema } from './config.ts'

describe('simConfigSchema', () => {
  it('fills in everything but the models’ names', () => {
    const config = simConfigSchema.parse({ models: { m: {} } })
    expect(config).toMatchObject({ seed: 1, speed: 1 })
    expect(config.models['m']).toMatchObject({
      time_to_first_token: { median_ms: 300 },
      rates: { error_429: 0, hang: 0, refusal: 0 },
    })
  })

  it.each([
    ['an unknown field', { models: { m: {} }, sped: 2 }],
    ['an unknown field of a model', { models: { m: { tokens_per_sec: 1 } } }],
    ['an unknown rate', { models: { m: { rates: { error_502: 0.1 } } } }],
    ['a rate above 1', { models: { m: { rates: { hang: 1.1 } } } }],
    ['exclusive rates that exceed 1 together', { models: { m: { rates: { error_429: 0.6, hang: 0.6 } } } }],
    ['no models', { models: {} }],
    ['a speed of 0', { models: { m: {} }, speed: 0 }],
    ['a model name with a space', { models: { 'a b': {} } }],
  ])('refuses %s', (_, config) => {
    expect(simConfigSchema.safeParse(config).success).toBe(false)
  })

  it('ships a large model that is slower, longer and dearer than the small one', () => {
    const { large, small } = defaultSimConfig.models
    if (!large || !small) throw new Error('the default models are gone')
    expect(large.time_to_first_token.median_ms).toBeGreaterThan(small.time_to_first_token.median_ms)
    expect(large.tokens_per_second).toBeLessThan(small.tokens_per_second)
    expect(large.price?.output ?? 0).toBeGreaterThan(small.price?.output ?? 0)
  })
})
