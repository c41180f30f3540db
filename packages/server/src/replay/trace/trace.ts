// A trace as the replay sees it: checked to its end before anything is sent, then read again as a stream of arrivals.
// It is never held in memory.
import type { Arrival, TraceRow } from './arrival.ts'
import { detectFormat, type TraceFormat, traceReaders } from './format.ts'
import { TraceError } from './trace-error.ts'

export interface Trace {
  readonly file: string
  readonly format: TraceFormat
  /** Whether the trace says when its requests came. */
  readonly times: 'recorded' | 'none'
  /** Number of requests, at most the limit. */
  readonly requests: number
  /** Milliseconds from the first arrival to the last. */
  readonly spanMs: number
  arrivals(): AsyncGenerator<Arrival>
}

/**
 * Reads the trace once, up to `limit` requests, so that a bad line is found before the first request goes out.
 *
 * @throws TraceError with file, line and what is wrong; the file system's error when the file cannot be read
 */
export async function openTrace(file: string, limit: number): Promise<Trace> {
  const format = await detectFormat(file)
  let requests = 0
  let spanMs = 0
  let times: Trace['times'] = 'none'
  for await (const { row, arrival } of checkedRows(file, format, limit)) {
    requests++
    spanMs = arrival.afterMs
    times = row.atMs === null ? 'none' : 'recorded'
  }
  if (requests === 0) throw new TraceError(file, null, 'holds no requests')
  return { file, format, times, requests, spanMs, arrivals: () => arrivalsOf(file, format, limit) }
}

async function* arrivalsOf(file: string, format: TraceFormat, limit: number): AsyncGenerator<Arrival> {
  for await (const { arrival } of checkedRows(file, format, limit)) yield arrival
}

interface CheckedRow {
  readonly row: TraceRow
  readonly arrival: Arrival
}

async function* checkedRows(file: string, format: TraceFormat, limit: number): AsyncGenerator<CheckedRow> {
  let first: TraceRow | undefined
  let before: TraceRow | undefined
  let index = 0
  for await (const row of traceReaders[format](file)) {
    first ??= row
    if (before !== undefined) checkOrder(file, before, row)
    before = row
    const { prompt, answerTokens } = row
    yield { row, arrival: { index, afterMs: (row.atMs ?? 0) - (first.atMs ?? 0), prompt, answerTokens } }
    if (++index >= limit) return
  }
}

function checkOrder(file: string, before: TraceRow, row: TraceRow): void {
  if ((before.atMs === null) !== (row.atMs === null)) {
    throw new TraceError(file, row.line, 'either every request has a timestamp or none has')
  }
  if (before.atMs !== null && row.atMs !== null && row.atMs < before.atMs) {
    throw new TraceError(
      file,
      row.line,
      `came before the request of line ${before.line}: sort the trace by time`,
    )
  }
}
