// Where in a text something stands.

/** UTF-16 units, the end exclusive. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Everything of one kind in a text, in order. */
export type Finder = (text: string) => Range[]

/** All matches of a global regular expression that backtracks over nothing twice. */
export function matchesOf(pattern: RegExp): Finder {
  return text =>
    Array.from(text.matchAll(pattern), ({ index, 0: match }) => ({ start: index, end: index + match.length }))
}

/** A run of digits or letters in groups, without what parts them. */
export interface Grouped {
  readonly text: string
  /** Where each unit of it stands in the run. */
  readonly at: readonly number[]
  /** Where in `text` each group begins, and after the last one where it ends. */
  readonly bounds: readonly number[]
}

/** @param isPart - whether a character is of a group; all others part groups */
export function groupsOf(run: string, isPart: (character: string) => boolean): Grouped {
  const at = Array.from(run).flatMap((character, index) => (isPart(character) ? [index] : []))
  const begins = at.flatMap((place, index) => (place - 1 === at[index - 1] ? [] : [index]))
  return { text: at.map(place => run[place]).join(''), at, bounds: [...begins, at.length] }
}

/** How many units a stretch has. */
export interface Sizes {
  readonly least: number
  readonly most: number
}

/**
 * Stretches of whole groups that hold: the first, then the first behind it, each as long as can be.
 *
 * @param offset - of the run in the text
 */
export function stretchesOf(
  grouped: Grouped,
  offset: number,
  sizes: Sizes,
  holds: (stretch: string) => boolean,
): Range[] {
  const { at, bounds } = grouped
  const found: Range[] = []
  let first = 0
  while (first < bounds.length - 1) {
    const last = lastBound(grouped, first, sizes, holds)
    if (last !== undefined) {
      const [start, end] = [at[bounds[first] as number] as number, at[(bounds[last] as number) - 1] as number]
      found.push({ start: offset + start, end: offset + end + 1 })
    }
    first = last ?? first + 1
  }
  return found
}

/** The bound at which the longest stretch ends that begins at the bound `first` and holds. */
function lastBound(
  { text, bounds }: Grouped,
  first: number,
  { least, most }: Sizes,
  holds: (stretch: string) => boolean,
): number | undefined {
  const start = bounds[first] as number
  const sizeAt = (bound: number) => (bounds[bound] as number) - start
  let last = first
  while (last + 1 < bounds.length && sizeAt(last + 1) <= most) last++
  for (; last > first && sizeAt(last) >= least; last--)
    if (holds(text.slice(start, bounds[last]))) return last
  return undefined
}
