// The recursion under every group-sequential number: where the score of a test may be that has not stopped yet.
//
// The score S(I) at information I is a Brownian motion with drift theta: S(I_k) - S(I_j) is normal with mean
// theta (I_k - I_j) and variance I_k - I_j, independent of what was before; the z statistic is S / sqrt(I). At each
// look the paths outside the continuation region leave. What stays is carried as masses on the points of a
// quadrature rule over the region, fine enough for the increments before and after the look.
import { normalUpperTail } from '../../distribution/normal.ts'
import { gaussLegendre } from '../../numeric/gauss-legendre.ts'

/** The paths still running just after a look. */
export interface Paths {
  /** Information at the look, >= 0. */
  readonly information: number
  /** Points of the score, ascending. */
  readonly scores: Float64Array
  /** Probability at each; sums to that of not having stopped. */
  readonly masses: Float64Array
  /** Where the process started, from which unbounded regions are cut. */
  readonly origin: { readonly information: number; readonly score: number }
  /** Even when a score and minus that score are known to be as probable: half of the work is then saved. */
  readonly shape: 'even' | 'any'
}

/** A look at which paths may stop. Bounds in z, `null` where there is none; lower < upper. */
export interface Look {
  readonly information: number
  readonly lower: number | null
  readonly upper: number | null
}

// A panel of 24 points spans 10 standard deviations of the narrowest factor of the integrand: the rule's error on a
// normal density of that width is below 1e-13 of its peak.
const RULE = gaussLegendre(24)
const PANEL_WIDTH = 10
// Unbounded sides are cut where a tail has less than 1e-18 left.
const REACH = 9
// Of a sum found so far, what cannot change it.
const NEGLIGIBLE = 1e-18
const DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI)
// Further than this from its mean a normal density is below 1e-55 of its peak.
const BAND = 16
// Further than this from where paths are, a bound stops none: its tail is 0 in double precision.
const NOWHERE = 40
/** A look whose information grew by less than this share brings nothing to look at, and would take points without end. */
export const LEAST_GROWTH = 1e-4

/** Everything at one score: 0 at information 0 before the first look, or what a look has seen (conditional power). */
export function startingAt(information: number, score: number): Paths {
  return {
    information,
    scores: Float64Array.of(score),
    masses: Float64Array.of(1),
    origin: { information, score },
    shape: score === 0 ? 'even' : 'any',
  }
}

/**
 * The probability of still running and then being at or above a bound.
 *
 * Formula: sum over points of mass * upperTail((z sqrt(I) - score - theta dI) / sqrt(dI)), dI = I - information so far.
 *
 * @param paths - those still running
 * @param information - I of the next look, in (paths.information, inf)
 * @param z - the bound as a z statistic
 * @param drift - theta, the effect in units in which the score has variance I
 *
 * Accuracy: relative error below 1e-9, checked against the multivariate normal distribution and a second recursion
 * of higher precision (`fixtures/group.py`).
 * Source: Armitage, McPherson and Rowe (1969), JRSS A 132(2), doi:10.2307/2343787; Jennison and Turnbull (2000),
 * Group Sequential Methods with Applications to Clinical Trials, section 19.2.
 */
export function probabilityAbove(paths: Paths, information: number, z: number, drift: number): number {
  const { scores, masses } = paths
  const gained = information - paths.information
  const deviation = Math.sqrt(gained)
  const bound = z * Math.sqrt(information) - drift * gained
  let total = 0
  for (let i = scores.length - 1; i >= 0; i--) {
    const tail = normalUpperTail((bound - (scores[i] ?? 0)) / deviation)
    // All the lower ones have a smaller tail, and a mass of 1 at most between them.
    if (tail <= NEGLIGIBLE * total) break
    total += (masses[i] ?? 0) * tail
  }
  return total
}

/** As `probabilityAbove`, for being at or below the bound. */
export function probabilityBelow(paths: Paths, information: number, z: number, drift: number): number {
  return probabilityAbove(mirrored(paths), information, -z, -drift)
}

/**
 * The density, in z, of still running and then being at z, minus the derivative of `probabilityAbove`; and its own.
 *
 * Formula: sum over points of mass * phi(x) sqrt(I / dI) and of - mass * x phi(x) I / dI, x = (z sqrt(I) - score -
 * theta dI) / sqrt(dI).
 */
export function densityAt(
  paths: Paths,
  information: number,
  z: number,
  drift: number,
): { readonly density: number; readonly slope: number } {
  const { scores, masses } = paths
  const gained = information - paths.information
  const deviation = Math.sqrt(gained)
  const bound = z * Math.sqrt(information) - drift * gained
  let density = 0
  let slope = 0
  for (let i = scores.length - 1; i >= 0; i--) {
    const x = (bound - (scores[i] ?? 0)) / deviation
    if (x > NOWHERE) break
    const part = (masses[i] ?? 0) * Math.exp(-0.5 * x * x)
    density += part
    slope -= part * x
  }
  const scale = Math.sqrt(information / gained)
  return { density: density * scale * DENSITY_AT_ZERO, slope: slope * scale * scale * DENSITY_AT_ZERO }
}

/**
 * The paths that run on past a look.
 *
 * @param paths - those running before it
 * @param look - where they may stop; without bounds the paths are returned unchanged, as nothing then happens
 * @param drift - theta
 * @param nextInformation - of the look after this one, which sets how fine the points have to be
 */
export function carry(paths: Paths, look: Look, drift: number, nextInformation: number): Paths {
  if (!hasBound(look)) return paths
  const { scores, weights } = pointsOver(paths, look, drift, nextInformation)
  const shape = isEven(paths, look, drift) ? 'even' : 'any'
  const masses = densities(paths, look.information, scores, drift, shape)
  for (let j = 0; j < masses.length; j++) masses[j] = (masses[j] ?? 0) * (weights[j] ?? 0)
  return { information: look.information, scores, masses, origin: paths.origin, shape }
}

/** Whether what happens above at a look happens below as well, with the same probability. */
export function isEven(paths: Paths, look: Look, drift: number): boolean {
  return paths.shape === 'even' && drift === 0 && look.lower !== null && -look.lower === look.upper
}

/** The quadrature points of the continuation region. */
function pointsOver(paths: Paths, look: Look, drift: number, nextInformation: number) {
  const [from, to] = regionOf(paths, look, drift)
  const before = look.information - paths.information
  const after = nextInformation - look.information
  const width = PANEL_WIDTH * Math.sqrt((before * after) / (before + after))
  const panels = Math.max(1, Math.ceil((to - from) / width))
  const half = (to - from) / panels / 2
  const scores = new Float64Array(panels * RULE.points.length)
  const weights = new Float64Array(scores.length)
  for (let j = 0; j < scores.length; j++) {
    const panel = Math.floor(j / RULE.points.length)
    const i = j % RULE.points.length
    scores[j] = from + half * (2 * panel + 1 + (RULE.points[i] ?? 0))
    weights[j] = half * (RULE.weights[i] ?? 0)
  }
  return { scores, weights }
}

function regionOf(paths: Paths, look: Look, drift: number): readonly [number, number] {
  const root = Math.sqrt(look.information)
  const since = look.information - paths.origin.information
  const mean = paths.origin.score + drift * since
  const deviation = Math.sqrt(since)
  const lower = look.lower === null ? null : look.lower * root
  const upper = look.upper === null ? null : look.upper * root
  const lowest = Math.min(mean, upper ?? mean) - (lower === null ? REACH : NOWHERE) * deviation
  const highest = Math.max(mean, lower ?? mean) + (upper === null ? REACH : NOWHERE) * deviation
  return [Math.max(lower ?? lowest, lowest), Math.min(upper ?? highest, highest)]
}

/** The density of the score at each of the points, of paths still running before the look. */
function densities(
  paths: Paths,
  information: number,
  scores: Float64Array,
  drift: number,
  shape: Paths['shape'],
): Float64Array {
  const gained = information - paths.information
  const shift = drift * gained
  const band = BAND * Math.sqrt(gained)
  const factor = 1 / Math.sqrt(2 * Math.PI * gained)
  const precision = -0.5 / gained
  const { scores: origins, masses } = paths
  const result = new Float64Array(scores.length)
  let first = 0
  for (let j = 0; j < scores.length; j++) {
    const opposite = scores.length - 1 - j
    if (shape === 'even' && opposite < j) {
      result[j] = result[opposite] ?? 0
      continue
    }
    const target = (scores[j] ?? 0) - shift
    while (first < origins.length && (origins[first] ?? 0) < target - band) first++
    let total = 0
    for (let i = first; i < origins.length; i++) {
      const distance = target - (origins[i] ?? 0)
      if (distance < -band) break
      total += (masses[i] ?? 0) * Math.exp(distance * distance * precision)
    }
    result[j] = total * factor
  }
  return result
}

/**
 * Whether the recursion can go through these looks: bounds finite, the lower not above the upper, and the information
 * of each look that has a bound at least 0.01 % above that of the one before, or of the start.
 *
 * @param start - information at which the paths begin
 */
export function areWalkable(looks: readonly Look[], start = 0): boolean {
  const areSane = looks.every(({ lower, upper }) => {
    const isOrdered = (lower ?? -Number.MAX_VALUE) <= (upper ?? Number.MAX_VALUE)
    return isFiniteOrNull(lower) && isFiniteOrNull(upper) && isOrdered
  })
  return areSane && areApart(looks, start)
}

/** Of these the second: with closer looks the recursion would need points without end. */
export function areApart(looks: readonly Look[], start: number): boolean {
  let before = start
  for (const look of looks) {
    const { information } = look
    if (!(information > 0 && information < Infinity)) return false
    if (!hasBound(look)) continue
    if (!(information > before * (1 + LEAST_GROWTH))) return false
    before = information
  }
  return true
}

/** Whether paths may stop at a look. */
export function hasBound({ lower, upper }: Pick<Look, 'lower' | 'upper'>): boolean {
  return lower !== null || upper !== null
}

function isFiniteOrNull(bound: number | null): boolean {
  return bound === null || Number.isFinite(bound)
}

/** The same paths upside down. */
export function mirrored(paths: Paths): Paths {
  return {
    information: paths.information,
    shape: paths.shape,
    origin: { information: paths.origin.information, score: -paths.origin.score },
    scores: paths.scores.map(score => -score).reverse(),
    masses: paths.masses.slice().reverse(),
  }
}
