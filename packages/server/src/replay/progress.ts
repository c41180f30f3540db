// Shows how a replay is getting on: a bar on a terminal, a plain line every few seconds elsewhere. Writes to stderr only,
// so that stdout stays the report.
import type { Writable } from 'node:stream'
import { Presets, SingleBar } from 'cli-progress'
import { formatCount } from './quantity.ts'

export interface ProgressState {
  readonly finished: number
  readonly failed: number
  readonly byVariant: readonly (readonly [variant: string, requests: number])[]
}

interface ProgressSettings {
  readonly stream: Writable & { readonly isTTY?: boolean | undefined }
  readonly total: number
  /** Reads the state at the moment. */
  readonly state: () => ProgressState
  /** Milliseconds between plain lines. */
  readonly intervalMs: number
}

/** @returns a function that ends the showing; call it before anything else is written */
export function showProgress(settings: ProgressSettings): () => void {
  return settings.stream.isTTY === true ? showBar(settings) : showLines(settings)
}

function showBar({ stream, total, state }: ProgressSettings): () => void {
  const format = '{bar} {percentage}% {value}/{total} {eta_formatted} left{counts}'
  // The bar must neither take the signals from the program nor leave the terminal changed when it is killed.
  const manners = { gracefulExit: false, hideCursor: null, linewrap: null } as const
  const options = { format, stream, barsize: 24, etaBuffer: 500, ...manners }
  const bar = new SingleBar(options, Presets.shades_classic)
  const update = () => bar.update(state().finished, { counts: describeCounts(state()) })
  bar.start(total, 0, { counts: '' })
  const timer = setInterval(update, 100)
  return () => {
    clearInterval(timer)
    update()
    bar.stop()
  }
}

function showLines({ stream, total, state, intervalMs }: ProgressSettings): () => void {
  const write = () => stream.write(`${describeProgress(state(), total)}\n`)
  const timer = setInterval(write, intervalMs)
  return () => {
    clearInterval(timer)
    write()
  }
}

export function describeProgress(state: ProgressState, total: number): string {
  const percent = total === 0 ? 100 : Math.floor((100 * state.finished) / total)
  return `${formatCount(state.finished)} of ${formatCount(total)} (${percent} %)${describeCounts(state)}`
}

function describeCounts({ failed, byVariant }: ProgressState): string {
  const counts = byVariant.map(([variant, requests]) => `, ${variant} ${formatCount(requests)}`).join('')
  return failed === 0 ? counts : `${counts}, ${formatCount(failed)} failed`
}
