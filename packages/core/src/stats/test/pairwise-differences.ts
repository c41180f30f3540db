// The n m differences between two sorted samples, counted and picked without being made.

/**
 * How many differences variant - control are below `d`, and how many are not above it.
 *
 * Method: one walk along both samples, O(n + m).
 *
 * @param control - ascending, finite
 * @param variant - ascending, finite
 */
export function countBelow(control: ArrayLike<number>, variant: ArrayLike<number>, d: number) {
  let [below, atMost] = [0, 0]
  let [i, j] = [0, 0]
  for (let k = 0; k < control.length; k++) {
    const c = control[k] as number
    // As differences, and not as v < c + d, so that the rounding is that of the differences themselves.
    while (i < variant.length && (variant[i] as number) - c < d) i++
    while (j < variant.length && (variant[j] as number) - c <= d) j++
    below += i
    atMost += j
  }
  return { below, atMost }
}

/**
 * The difference of the given rank, 1 being the smallest.
 *
 * Method: bisection on the value; each step is snapped to a difference that exists, so the answer is one of them and not
 * near one. O((n + m) log) in all.
 *
 * @param rank - whole number in [1, n m]
 */
export function nthDifference(control: ArrayLike<number>, variant: ArrayLike<number>, rank: number): number {
  let low = (variant[0] as number) - (control[control.length - 1] as number)
  let high = (variant[variant.length - 1] as number) - (control[0] as number)
  while (low < high) {
    const middle = low / 2 + high / 2
    // Between neighbouring doubles the middle is one of them; only the lower one makes progress.
    const cut = middle >= low && middle < high ? middle : low
    const { count, largest, next } = around(control, variant, cut)
    if (count >= rank) high = largest
    else low = next
  }
  return low
}

/** Of the differences: how many are not above d, the largest of those, and the smallest of the others. */
function around(control: ArrayLike<number>, variant: ArrayLike<number>, d: number) {
  let [count, j] = [0, 0]
  let [largest, next] = [-Infinity, Infinity]
  for (let k = 0; k < control.length; k++) {
    const c = control[k] as number
    while (j < variant.length && (variant[j] as number) - c <= d) j++
    count += j
    if (j > 0) largest = Math.max(largest, (variant[j - 1] as number) - c)
    if (j < variant.length) next = Math.min(next, (variant[j] as number) - c)
  }
  return { count, largest, next }
}
