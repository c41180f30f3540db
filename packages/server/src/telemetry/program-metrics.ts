// What Prometheus is told of the program itself: what workers and the main thread know without any event. It is there
// also while the event plane is not.
import { Counter, Gauge, Registry } from 'prom-client'

/** What only a worker knows. */
export interface WorkerState {
  /** As in its events. */
  readonly node: string
  /** Requests that are being served, and that wait for a place. */
  readonly running: number
  readonly waiting: number
  /** Targets that get no requests now. */
  readonly ejected: readonly string[]
}

export interface ProgramState {
  readonly version: string
  /** The revision in force, and when it was published: ms since the epoch. */
  readonly revision: { readonly number: number; readonly at: number }
  readonly control: 'ok' | 'degraded' | 'read_only'
  /** How many workers are to serve, and how many do. */
  readonly workers: { readonly wanted: number; readonly serving: number }
  readonly workerStates: readonly WorkerState[]
  /** Ejections since the start, by the kind of failure. */
  readonly ejections: ReadonlyMap<string, number>
  readonly events: {
    readonly store: 'starting' | 'ok' | 'unavailable' | 'none'
    readonly spool: {
      readonly files: number
      readonly bytes: number
      readonly oldest_age_seconds: number | null
    }
    /** Since the start: events that could not be written, lines that were none, and batches that were refused. */
    readonly lost: number
    readonly skipped: number
    readonly rejected: number
  }
}

const CONTROL_STATES = ['ok', 'degraded', 'read_only'] as const
const STORE_STATES = ['starting', 'ok', 'unavailable', 'none'] as const

/** In Prometheus' text format, version 0.0.4. @param now - milliseconds since the epoch */
export function describeProgram(state: ProgramState, now: number): Promise<string> {
  const registry = new Registry()
  describeRevision(registry, state, now)
  describeWorkers(registry, state)
  describeEjections(registry, state)
  describeEvents(registry, state.events)
  return registry.metrics()
}

function describeRevision(registry: Registry, state: ProgramState, now: number): void {
  labelled(registry, 'weir_build_info', 'The version that runs; always 1.', 'version').set(
    { version: state.version },
    1,
  )
  gauge(registry, 'weir_snapshot_revision', 'Number of the revision in force.', state.revision.number)
  const age = Math.max(0, now - state.revision.at) / 1000
  gauge(registry, 'weir_snapshot_age_seconds', 'Time since the revision in force was published.', age)
  const control = labelled(
    registry,
    'weir_control_state',
    'State of the control plane: 1 for the one.',
    'state',
  )
  for (const each of CONTROL_STATES) control.set({ state: each }, each === state.control ? 1 : 0)
}

function describeWorkers(registry: Registry, { workers, workerStates }: ProgramState): void {
  gauge(registry, 'weir_workers_wanted', 'Workers that are to serve.', workers.wanted)
  gauge(registry, 'weir_workers_serving', 'Workers that serve.', workers.serving)
  const running = labelled(registry, 'weir_requests_in_flight', 'Requests that are being served.', 'worker')
  const waiting = labelled(registry, 'weir_requests_queued', 'Requests that wait for a place.', 'worker')
  for (const { node: worker, ...state } of workerStates) {
    running.set({ worker }, state.running)
    waiting.set({ worker }, state.waiting)
  }
}

function describeEjections(registry: Registry, { workerStates, ejections }: ProgramState): void {
  const help = 'Workers that send a target nothing now; no series: none does.'
  const ejected = labelled(registry, 'weir_target_ejected_workers', help, 'target')
  const total = new Counter({
    name: 'weir_ejections_total',
    help: 'How often targets were taken out of plans since the start.',
    labelNames: ['cause'],
    registers: [registry],
  })
  for (const [cause, count] of ejections) total.inc({ cause }, count)
  for (const target of workerStates.flatMap(worker => worker.ejected)) ejected.inc({ target })
}

function describeEvents(
  registry: Registry,
  { store, spool, lost, skipped, rejected }: ProgramState['events'],
): void {
  const states = labelled(
    registry,
    'weir_event_store_state',
    'State of the event store: 1 for the one.',
    'state',
  )
  for (const each of STORE_STATES) states.set({ state: each }, each === store ? 1 : 0)
  gauge(registry, 'weir_spool_files', 'Files of events that wait to be collected.', spool.files)
  gauge(registry, 'weir_spool_bytes', 'Bytes of events that wait to be collected.', spool.bytes)
  const age = spool.oldest_age_seconds ?? 0
  gauge(registry, 'weir_spool_oldest_age_seconds', 'Age of the oldest file that waits; 0: none waits.', age)
  counter(registry, 'weir_events_lost_total', 'Events that could not be kept, since the start.', lost)
  counter(registry, 'weir_events_skipped_total', 'Lines of the spool that were no events.', skipped)
  counter(registry, 'weir_event_batches_rejected_total', 'Batches that the store refused.', rejected)
}

function gauge(registry: Registry, name: string, help: string, value: number): void {
  new Gauge({ name, help, registers: [registry] }).set(value)
}

function labelled<Label extends string>(registry: Registry, name: string, help: string, label: Label) {
  return new Gauge({ name, help, labelNames: [label], registers: [registry] })
}

function counter(registry: Registry, name: string, help: string, value: number): void {
  new Counter({ name, help, registers: [registry] }).inc(value)
}
