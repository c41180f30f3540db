// Whose limit a throughput figure is.
import { expect, it } from 'vitest'
import { limitOf } from './saturation.ts'

it.each([
  { cores: { peer: 1, upstream: 0.4, generator: 0.3 }, limit: 'peer' },
  { cores: { peer: 0.95, upstream: 0.95, generator: 0.1 }, limit: 'peer' },
  { cores: { peer: 0.6, upstream: 0.97, generator: 0.4 }, limit: 'upstream' },
  { cores: { peer: 0.5, upstream: 0.4, generator: 1 }, limit: 'generator' },
  { cores: { peer: 0.7, upstream: 0.6, generator: 0.5 }, limit: 'machine' },
] as const)('is the $limit’s with cores busy $cores', ({ cores, limit }) => {
  expect(limitOf(cores)).toBe(limit)
})
