import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketOf } from '../assignment/index.ts'
import { compile } from './compile.ts'
import { compileContext, DIGEST } from './fixtures/demo-config.ts'
import type { Snapshot } from './snapshot.ts'
import { splitMoves } from './split-moves.ts'
import { tablesOf } from './tables-of.ts'

interface Example {
  readonly weights: readonly number[]
  readonly salt?: string
  readonly active?: boolean
}

function compiled({ weights, salt, active = true }: Example, before?: Snapshot): Snapshot {
  const variants = weights.map((weight, index) => ({ id: `v${index}`, model: `p/v${index}`, weight }))
  const split = { mode: 'proportional', variants, ...(salt !== undefined && { salt }) }
  const config = {
    version: 1,
    providers: { p: { type: 'openai', base_url: 'http://localhost/v1' } },
    models: { 'p/*': {} },
    routers: { r: { default_route: { split } } },
    keys: [{ id: 'k', digest: `sha256:${DIGEST}`, routing: { active, variants } }],
  }
  const tables = before === undefined ? new Map() : tablesOf(before)
  const result = compile(config, { ...compileContext, tables })
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems))
  return result.snapshot
}

test('shares before and after come with what moves', () => {
  const before = compiled({ weights: [80, 20] })
  const moves = splitMoves(before, compiled({ weights: [60, 30, 10] }, before))
  const shares = [
    { variant: 'v0', before: 0.8, after: 0.6 },
    { variant: 'v1', before: 0.2, after: 0.3 },
    { variant: 'v2', before: null, after: 0.1 },
  ]
  expect(moves).toEqual([
    {
      owner: { kind: 'router', router: 'r', route: 'default' },
      salt: 'r.default',
      draw: 'kept',
      moved: 0.2,
      shares,
    },
    { owner: { kind: 'key', key: 'k' }, salt: 'key.k', draw: 'kept', moved: 0.2, shares },
  ])
})

test('a routing that is switched off moves nobody, and neither do equal weights', () => {
  const before = compiled({ weights: [80, 20] })
  expect(splitMoves(before, compiled({ weights: [8, 2], active: false }, before))).toEqual([])
})

test('another salt redraws everybody, and the expected share is what units show', () => {
  const before = compiled({ weights: [80, 20] })
  const after = compiled({ weights: [60, 40], salt: 'fresh' }, before)
  const [move] = splitMoves(before, after)
  expect(move).toMatchObject({ draw: 'redrawn', salt: 'fresh' })
  expect(move?.moved).toBeCloseTo(1 - (0.8 * 0.6 + 0.2 * 0.4), 10)
  const large = (salt: string, share: number, unit: string) => bucketOf(salt, unit) < share * 10_000
  const units = Array.from({ length: 20_000 }, (_, index) => `u${index}`)
  const moved = units.filter(unit => large('r.default', 0.8, unit) !== large('fresh', 0.6, unit))
  // Binomial: a standard deviation of 0.35 points; the units are fixed, so this cannot flake.
  expect(Math.abs(moved.length / units.length - (move?.moved ?? 0))).toBeLessThan(0.014)
})

test('exactly the units whose variant differs are said to move', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(weights, weights, (old, now) => {
      const before = compiled({ weights: old })
      const after = compiled({ weights: now }, before)
      const owners = (snapshot: Snapshot) =>
        (snapshot.routers.r?.routes[0]?.groups[0]?.table ?? []).flatMap(run =>
          Array.from({ length: run.buckets }, () => run.variant),
        )
      const [a, b] = [owners(before), owners(after)]
      const differing = b.filter((owner, bucket) => owner !== a[bucket]).length / 10_000
      expect(splitMoves(before, after)[0]?.moved ?? 0).toBe(differing)
    }),
    { numRuns: 100 },
  )
})
