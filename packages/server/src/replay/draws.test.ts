import { describe, expect, it } from 'vitest'
import { createDraws } from './draws.ts'

function take(n: number, settings: Parameters<typeof createDraws>[0]) {
  const draw = createDraws(settings)
  return Array.from({ length: n }, draw)
}

describe('draws', () => {
  it('are the same for the same seed and others for another', () => {
    const settings = { seed: 7, units: 5000, streamShare: 0.5 }
    expect(take(200, settings)).toEqual(take(200, settings))
    expect(take(200, settings)).not.toEqual(take(200, { ...settings, seed: 8 }))
  })

  it('treat seed 0 as a seed', () => {
    const settings = { seed: 0, units: 5000, streamShare: 0.5 }
    expect(take(50, settings)).toEqual(take(50, settings))
  })

  it('give the same units whatever the share of streams, and the same streams whatever the units', () => {
    const base = { seed: 1, units: 100, streamShare: 0.5 }
    expect(take(100, { ...base, streamShare: 0.9 }).map(d => d.user)).toEqual(
      take(100, base).map(d => d.user),
    )
    expect(take(100, { ...base, units: null }).map(d => d.stream)).toEqual(take(100, base).map(d => d.stream))
  })

  it('reach every unit and no other, about equally often', () => {
    const counts = new Map<string | null, number>()
    for (const { user } of take(10_000, { seed: 3, units: 10, streamShare: 0 }))
      counts.set(user, (counts.get(user) ?? 0) + 1)
    expect(new Set(counts.keys())).toEqual(new Set(Array.from({ length: 10 }, (_, i) => `unit-${i}`)))
    // 1,000 expected, standard deviation 30.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })

  it.each([
    [0, 0],
    [1, 1000],
  ])('stream at share %d exactly %d times of 1,000', (streamShare, streams) => {
    const drawn = take(1000, { seed: 1, units: null, streamShare })
    expect(drawn.filter(draw => draw.stream)).toHaveLength(streams)
    expect(drawn.every(draw => draw.user === null)).toBe(true)
  })

  it('stream about as often as asked', () => {
    const streams = take(10_000, { seed: 1, units: null, streamShare: 0.3 }).filter(
      draw => draw.stream,
    ).length
    expect(Math.abs(streams - 3000)).toBeLessThan(230)
  })
})
