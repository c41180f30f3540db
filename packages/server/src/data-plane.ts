// Composition of one data-plane worker: the only file besides main.ts that knows the gateway, the wire formats and
// the spool together. Snapshots come in and facts go out; the control side is on the other end of a message port.
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Snapshot } from '@weir/core/config'
import { activate } from '@weir/core/routing'
import { type BudgetReport, Journal } from './budget/journal.ts'
import { Admission } from './gateway/admit.ts'
import { CaptureMemory } from './gateway/capture/capture-memory.ts'
import { type EjectedTarget, Ejection } from './gateway/ejection.ts'
import type { Gateway } from './gateway/gateway.ts'
import { Identity } from './gateway/identity.ts'
import { Limiter } from './gateway/limit/limiter.ts'
import { LimitMemory } from './gateway/limit/memory.ts'
import { type DataServer, listen } from './gateway/server.ts'
import { credentialsChanged } from './gateway/target-health.ts'
import { CONNECT_OPTIONS, Targets } from './gateway/targets.ts'
import { checkedConnector } from './network/checked-lookup.ts'
import { openLibraryProvider, wireFormats } from './provider/registry.ts'
import type { EventSink } from './storage/event-sink.ts'
import { fileTrouble } from './storage/file-trouble.ts'
import { IssuerLog } from './storage/issuers/issuer-log.ts'
import { LossReport } from './storage/spool/loss-report.ts'
import { Spool } from './storage/spool/spool.ts'

export type { BudgetReport, EjectedTarget }

/** What a worker is started with. */
export interface DataPlaneStart {
  readonly worker: number
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly secret: Uint8Array
  readonly snapshot: Snapshot
  readonly secrets: Secrets
  /** The counters of limits, which all workers share. */
  readonly limits: SharedArrayBuffer
  readonly destinations: Destinations
  readonly control: ControlState
}

/** How the control plane fares; `read_only`: its store cannot be used, and nothing can be changed. */
export type ControlState = 'ok' | 'degraded' | 'read_only'

/**
 * `checked`: no connection goes to a link-local, metadata, multicast or reserved address, whatever a name resolves to
 * by now; for configs that are changed over the network. `any`: whoever writes the config file is trusted with that.
 */
export type Destinations = 'any' | 'checked'

/** Stored credentials in plain text, by provider. They go down beside the snapshot, and are in no event or log. */
export type Secrets = Readonly<Record<string, string>>

/** From the control side to a worker. */
export type ToDataPlane =
  | { readonly kind: 'publish'; readonly snapshot: Snapshot; readonly secrets: Secrets }
  | { readonly kind: 'eject'; readonly ejected: EjectedTarget }
  | { readonly kind: 'control'; readonly state: ControlState }
  | { readonly kind: 'seal' }
  | { readonly kind: 'forget_units' }
  | { readonly kind: 'stats' }
  | { readonly kind: 'drain'; readonly timeout: number }

/** From a worker to the control side. */
export type FromDataPlane =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'published'; readonly revision: number }
  | { readonly kind: 'ejected'; readonly ejected: EjectedTarget }
  | { readonly kind: 'spent'; readonly report: BudgetReport }
  | { readonly kind: 'log'; readonly level: 'warn' | 'error'; readonly message: string }
  | { readonly kind: 'events_lost'; readonly events: number; readonly why: string }
  | { readonly kind: 'sealed' }
  | { readonly kind: 'stats'; readonly stats: WorkerStats }
  | { readonly kind: 'drained' }

/** What only the worker itself knows. */
export interface WorkerStats {
  /** As in its events. */
  readonly node: string
  /** Requests that are being served, and that wait for a place. */
  readonly running: number
  readonly waiting: number
  /** Targets that get no requests now. */
  readonly ejected: readonly string[]
  readonly events_lost: number
}

const SETTLE_MS = 2_000

const port = parentPort
if (port !== null) await runDataPlane(workerData as DataPlaneStart, port)

async function runDataPlane(start: DataPlaneStart, control: NonNullable<typeof parentPort>): Promise<void> {
  const tell = (message: FromDataPlane) => control.postMessage(message)
  const losses = new LossReport((events, why) => tell({ kind: 'events_lost', events, why }))
  const spool = openSpool(start, losses)
  const gateway = openGateway(start, spool, tell)
  const server = await listen(gateway, start)
  control.on('message', (message: ToDataPlane) => obey(message, { gateway, server, spool, losses, tell }))
  tell({ kind: 'listening', port: server.port })
}

function openSpool({ dataDir, worker }: DataPlaneStart, losses: LossReport): Spool {
  return new Spool({
    directory: join(dataDir, 'events'),
    writer: nodeOf(worker),
    onLost: (events, error) => losses.add(events, `events could not be written: ${fileTrouble(error)}`),
    onDropped: events => losses.add(events, 'the event spool is full; its oldest files are deleted'),
  })
}

function nodeOf(worker: number): string {
  return `w${worker}`
}

function openGateway(
  start: DataPlaneStart,
  sink: EventSink,
  tell: (message: FromDataPlane) => void,
): Gateway {
  const log = (level: 'warn' | 'error', message: string) => tell({ kind: 'log', level, message })
  const node = nodeOf(start.worker)
  const targets = new Targets(name => process.env[name], openLibraryProvider, connectorTo(start.destinations))
  targets.apply(start.snapshot, start.secrets)
  return {
    active: activate(start.snapshot),
    control: start.control,
    formats: wireFormats,
    sink,
    issuers: new IssuerLog({
      directory: join(start.dataDir, 'issuers'),
      writer: node,
      secret: Buffer.from(start.secret),
      onTrouble: error => log('error', `who issued which id is not kept on disk: ${String(error)}`),
    }),
    targets,
    ejection: new Ejection(ejected => tell({ kind: 'ejected', ejected })),
    admission: new Admission(),
    identity: new Identity(Buffer.from(start.secret), node),
    limiter: new Limiter(
      new LimitMemory(start.limits),
      new Journal({
        directory: join(start.dataDir, 'budgets'),
        writer: node,
        report: report => tell({ kind: 'spent', report }),
        onTrouble: error => log('error', `what budgets spend is not kept on disk: ${String(error)}`),
      }),
    ),
    captures: new CaptureMemory(),
    reportBug: error => log('error', error instanceof Error ? (error.stack ?? error.message) : String(error)),
  }
}

function connectorTo(destinations: Destinations) {
  return destinations === 'any' ? undefined : checkedConnector(CONNECT_OPTIONS, () => 'allow')
}

/** A worker as its messages find it. */
interface DataPlane {
  readonly gateway: Gateway
  readonly server: DataServer
  readonly spool: Spool
  readonly losses: LossReport
  readonly tell: (message: FromDataPlane) => void
}

function obey(message: ToDataPlane, plane: DataPlane): void {
  const { gateway, spool, tell } = plane
  switch (message.kind) {
    case 'publish':
      credentialsChanged(gateway, gateway.targets.apply(message.snapshot, message.secrets))
      gateway.active = activate(message.snapshot)
      tell({ kind: 'published', revision: message.snapshot.revision })
      return
    case 'eject':
      gateway.ejection.adopt(message.ejected)
      return
    case 'control':
      gateway.control = message.state
      return
    case 'seal':
      spool.seal()
      tell({ kind: 'sealed' })
      return
    case 'forget_units':
      gateway.identity.forgetUnits()
      return
    case 'stats':
      tell({ kind: 'stats', stats: statsOf(gateway) })
      return
    case 'drain':
      void drain(plane, message.timeout)
  }
}

function statsOf({ identity, admission, ejection, sink }: Gateway): WorkerStats {
  return {
    node: identity.node,
    running: admission.running,
    waiting: admission.waiting,
    ejected: ejection.ejected(Date.now()),
    events_lost: sink.lost,
  }
}

async function drain({ gateway, server, losses, tell }: DataPlane, timeout: number): Promise<void> {
  await server.drain(timeout)
  await settle(gateway)
  await gateway.sink.close()
  losses.flush()
  gateway.limiter.close()
  gateway.issuers.close()
  await gateway.targets.close()
  tell({ kind: 'drained' })
}

/** Requests whose connection was cut are still being recorded; that takes no longer than noticing it. */
async function settle(gateway: Gateway): Promise<void> {
  for (let waited = 0; gateway.admission.running > 0 && waited < SETTLE_MS; waited += 10) await setTimeout(10)
}
