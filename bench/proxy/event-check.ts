// Did each request leave exactly one event? Compares the ids the clients were given with the events on disk.
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Ids seen by the load tools. wrk cuts off what is in flight at its end: those have events but no known id. */
export interface IdLedger {
  readonly ids: string[]
  /** How many requests at most were cut off that way. */
  cutOff: number
}

export interface EventCheck {
  readonly requests: number
  readonly events: number
  readonly files: number
  /** Ids of answered requests that no event has. */
  readonly missing: number
  /** Events that repeat another's id. */
  readonly repeated: number
  /** Events whose id no client was given, and how many of them cut-off requests can explain. */
  readonly unknown: number
  readonly cutOff: number
  /** Events of successful requests without output tokens or without a cost. */
  readonly incomplete: number
}

interface RecordedEvent {
  readonly kind?: string
  readonly request_id?: string
  readonly outcome?: string
  readonly usage?: { readonly output?: number | null }
  readonly cost_nano_usd?: number | null
}

export const newLedger = (): IdLedger => ({ ids: [], cutOff: 0 })

function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.ndjson(\.open)?$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
}

const isComplete = ({ usage, cost_nano_usd: cost }: RecordedEvent): boolean =>
  typeof usage?.output === 'number' && typeof cost === 'number' && cost > 0

class EventTotals {
  readonly byId = new Map<string, number>()
  events = 0
  incomplete = 0

  add(line: string): void {
    const event = JSON.parse(line) as RecordedEvent
    if (event.kind !== 'request' || event.request_id === undefined) return
    this.events++
    this.byId.set(event.request_id, (this.byId.get(event.request_id) ?? 0) + 1)
    if (event.outcome === 'ok' && !isComplete(event)) this.incomplete++
  }
}

/** Reads the whole spool; the peer must have stopped, so that nothing is still to be written. */
export async function checkEvents(directory: string, ledger: IdLedger): Promise<EventCheck> {
  const files = filesUnder(directory)
  const totals = new EventTotals()
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (line !== '') totals.add(line)
    }
  }
  const known = new Set(ledger.ids)
  return {
    requests: ledger.ids.length,
    events: totals.events,
    files: files.length,
    missing: ledger.ids.filter(id => !totals.byId.has(id)).length,
    repeated: totals.events - totals.byId.size,
    unknown: [...totals.byId.keys()].filter(id => !known.has(id)).length,
    cutOff: ledger.cutOff,
    incomplete: totals.incomplete,
  }
}

/** Everything wrong with the books, in words; empty when each request left its one event. */
export function problemsOf(check: EventCheck, ledger: IdLedger): readonly string[] {
  const distinct = new Set(ledger.ids).size
  return [
    check.requests === 0 && 'no request id was seen in any answer',
    distinct !== ledger.ids.length && `${ledger.ids.length - distinct} request ids were given twice`,
    check.missing > 0 && `${check.missing} requests left no event`,
    check.repeated > 0 && `${check.repeated} events repeat a request id`,
    check.unknown > check.cutOff &&
      `${check.unknown} events of unknown requests, at most ${check.cutOff} expected`,
    check.incomplete > 0 && `${check.incomplete} events of successful requests lack usage or cost`,
  ].filter(problem => problem !== false)
}
