// What the figures of methods have in common.
import type { Axis, Point, Series } from '../plot.ts'

/** A result that has to be of this kind, since a figure's arguments are fixed. */
export function expectKind<Kind extends string, Value extends { readonly kind: string }>(
  value: Value,
  kind: Kind,
): Extract<Value, { readonly kind: Kind }> {
  if (value.kind !== kind) throw new Error(`${value.kind} instead of ${kind}`)
  return value as Extract<Value, { readonly kind: Kind }>
}

/** Values from one end of the axis to the other, both included, evenly spaced on it. */
export function spaced({ scale, from, to }: Axis, steps: number): readonly number[] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const share = i / steps
    return scale === 'linear' ? from + share * (to - from) : from * (to / from) ** share
  })
}

/** A curve through the value of each place. */
export function curveOf(name: string, places: readonly number[], value: (x: number) => number): Series {
  return { name, style: 'curve', points: places.map((x): Point => [x, value(x)]) }
}

/** An axis of probabilities or shares. */
export function unitAxis(label: string): Axis {
  return { label, scale: 'linear', from: 0, to: 1, ticks: [0, 0.25, 0.5, 0.75, 1] }
}
