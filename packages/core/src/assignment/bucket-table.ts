// Which variant each of the 10,000 buckets belongs to, run-length encoded, and how it changes when weights do.
import { BUCKETS } from './bucket.ts'

/** A stretch of consecutive buckets of one variant. */
export interface BucketRun {
  readonly variant: string
  readonly buckets: number
}

/** Runs in bucket order whose lengths sum to 10,000. */
export type BucketTable = readonly BucketRun[]

/** How many buckets each variant is to have; the counts sum to 10,000. */
export type BucketCounts = ReadonlyMap<string, number>

/** The table of a split that has no history: one contiguous run a variant, in declared order. */
export function canonicalTable(counts: BucketCounts): BucketTable {
  const runs: BucketRun[] = []
  for (const [variant, buckets] of counts) if (buckets > 0) runs.push({ variant, buckets })
  return runs
}

/**
 * The table with the wanted counts that differs from `current` in the fewest buckets.
 *
 * Every variant keeps min(old, new) buckets, so the moved share is the total variation distance between the two
 * splits. A variant that must give buckets up gives its last ones; free buckets go, lowest first, to the variants
 * that lack some, in declared order. Deterministic: all nodes compute the same table.
 */
export function reweightTable(current: BucketTable, counts: BucketCounts): BucketTable {
  // Of a config with many splits all but one are as they were: those cost nothing.
  if (hasCounts(current, counts)) return joinRuns(current)
  const owners = expandRuns(current)
  const lacking = new Map(counts)
  const free: number[] = []
  owners.forEach((owner, bucket) => {
    const left = lacking.get(owner) ?? 0
    if (left === 0) free.push(bucket)
    else lacking.set(owner, left - 1)
  })
  let next = 0
  for (const [variant, missing] of lacking) {
    for (let i = 0; i < missing; i++) owners[free[next++] as number] = variant
  }
  return joinRuns(owners.map(variant => ({ variant, buckets: 1 })))
}

/** Share of all buckets, 0..1, that belong to another variant in `after` than in `before`. */
export function movedShare(before: BucketTable, after: BucketTable): number {
  let moved = 0
  let [left, right] = [0, 0]
  let [leftEnd, rightEnd] = [before[0]?.buckets ?? 0, after[0]?.buckets ?? 0]
  for (let bucket = 0; bucket < BUCKETS; ) {
    const end = Math.min(leftEnd, rightEnd)
    if (before[left]?.variant !== after[right]?.variant) moved += end - bucket
    bucket = end
    if (leftEnd === end) leftEnd += before[++left]?.buckets ?? BUCKETS
    if (rightEnd === end) rightEnd += after[++right]?.buckets ?? BUCKETS
  }
  return moved / BUCKETS
}

/** How many buckets each variant has. */
export function countBuckets(table: BucketTable): Map<string, number> {
  const counts = new Map<string, number>()
  for (const run of table) counts.set(run.variant, (counts.get(run.variant) ?? 0) + run.buckets)
  return counts
}

/** The table as an index per bucket into `variants`, for the request path. Variants not named are a bug. */
export function indexBuckets(table: BucketTable, variants: readonly string[]): Uint16Array {
  const index = new Uint16Array(BUCKETS)
  let from = 0
  for (const { variant, buckets } of table) {
    index.fill(variants.indexOf(variant), from, from + buckets)
    from += buckets
  }
  return index
}

/** `large*8000 small*2000`: how a table is written in a config file. */
export function formatTable(table: BucketTable): string {
  return table.map(run => `${run.variant}*${run.buckets}`).join(' ')
}

/** Reads what `formatTable` writes; undefined when the text has another shape or another sum than 10,000. */
export function parseTable(text: string): BucketTable | undefined {
  const runs: BucketRun[] = []
  for (const word of text.trim().split(/\s+/)) {
    const match = /^([A-Za-z0-9._-]+)\*(\d{1,5})$/.exec(word)
    if (match === null || Number(match[2]) === 0) return undefined
    runs.push({ variant: match[1] as string, buckets: Number(match[2]) })
  }
  return runs.reduce((sum, run) => sum + run.buckets, 0) === BUCKETS ? runs : undefined
}

function hasCounts(table: BucketTable, counts: BucketCounts): boolean {
  const present = countBuckets(table)
  const wanted = Array.from(counts).filter(([, buckets]) => buckets > 0)
  return (
    wanted.length === present.size && wanted.every(([variant, buckets]) => present.get(variant) === buckets)
  )
}

/** The same table with neighbouring runs of one variant as one. */
function joinRuns(table: BucketTable): BucketTable {
  const runs: { variant: string; buckets: number }[] = []
  for (const { variant, buckets } of table) {
    const last = runs.at(-1)
    if (last?.variant === variant) last.buckets += buckets
    else runs.push({ variant, buckets })
  }
  return runs
}

function expandRuns(table: BucketTable): string[] {
  return table.flatMap(run => Array.from({ length: run.buckets }, () => run.variant))
}
