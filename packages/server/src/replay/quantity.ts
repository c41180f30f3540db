// Quantities as people read them in a report.

const wholeNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

const none = '-'

export function formatCount(value: number): string {
  return wholeNumber.format(value)
}

/** Milliseconds below a second, else seconds, else minutes. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return none
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`
  const tenths = Math.round(ms / 100)
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')} min`
}

export function formatShare(share: number | null): string {
  return share === null ? none : `${(share * 100).toFixed(2)} %`
}

/** Dollars, with the decimals a sum of cheap answers needs. */
export function formatNanoUsd(nano: number | null): string {
  if (nano === null) return none
  const usd = nano / 1e9
  return `$${usd.toFixed(usd >= 1 ? 2 : 6)}`
}

export function formatProbability(p: number): string {
  if (p === 0) return '< 5e-324'
  return p < 0.001 ? `= ${p.toExponential(1)}` : `= ${p.toFixed(3)}`
}

export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}
