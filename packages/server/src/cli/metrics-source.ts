// What `/metrics` is made of: the workers, the main thread and the event plane know a part each.
import { setTimeout as delay } from 'node:timers/promises'
import type { MetricsSource } from '../admin/metrics/routes.ts'
import { KnownLabels } from '../telemetry/known-labels.ts'
import { describeProgram, type WorkerState } from '../telemetry/program-metrics.ts'
import type { ControlPlane } from './control-plane.ts'
import { readVersion } from './version.ts'

/** A worker that does not answer must not take the metrics of all others with it. */
const PATIENCE_MS = 1_000

export function metricsOf(
  plane: Pick<ControlPlane, 'revisions' | 'workers' | 'events' | 'wanted'>,
): MetricsSource {
  return { program: () => describe(plane), events: () => plane.events.metrics() }
}

async function describe({
  revisions,
  workers,
  events,
  wanted,
}: Parameters<typeof metricsOf>[0]): Promise<string> {
  const { number, at, snapshot } = revisions.current()
  const known = new KnownLabels(Date.now)
  known.configure(snapshot)
  const states = await Promise.race([workers.stats(), delay(PATIENCE_MS, [], { ref: false })])
  return describeProgram(
    {
      version: readVersion(),
      revision: { number, at },
      control: revisions.health().state,
      workers: { wanted, serving: workers.running },
      workerStates: states.map(state => withTargets(state, known)),
      ejections: workers.ejections,
      events: events.state(),
    },
    Date.now(),
  )
}

/** Clients can name models that no config has. */
function withTargets(state: WorkerState, known: KnownLabels): WorkerState {
  return { ...state, ejected: state.ejected.map(target => known.target(target)) }
}
