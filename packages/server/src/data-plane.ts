// Composition of one data-plane worker: the only file besides main.ts that knows the gateway, the wire formats and
// the spool together. Snapshots come in and facts go out; the control side is on the other end of a message port.
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Snapshot } from '@weir/core/config'
import { activate } from '@weir/core/routing'
import { Admission } from './gateway/admit.ts'
import { Ejection } from './gateway/ejection.ts'
import type { Gateway } from './gateway/gateway.ts'
import { Identity } from './gateway/identity.ts'
import { type DataServer, listen } from './gateway/server.ts'
import { Targets } from './gateway/targets.ts'
import { openLibraryProvider, wireFormats } from './provider/registry.ts'
import { IssuerLog } from './storage/issuers/issuer-log.ts'
import { Spool } from './storage/spool/spool.ts'

/** What a worker is started with. */
export interface DataPlaneStart {
  readonly worker: number
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly secret: Uint8Array
  readonly snapshot: Snapshot
}

/** From the control side to a worker. */
export type ToDataPlane =
  | { readonly kind: 'publish'; readonly snapshot: Snapshot }
  | { readonly kind: 'eject'; readonly target: string; readonly until: number }
  | { readonly kind: 'drain'; readonly timeout: number }

/** From a worker to the control side. */
export type FromDataPlane =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'published'; readonly revision: number }
  | { readonly kind: 'ejected'; readonly target: string; readonly until: number }
  | { readonly kind: 'log'; readonly level: 'warn' | 'error'; readonly message: string }
  | { readonly kind: 'drained' }

const SETTLE_MS = 2_000

const port = parentPort
if (port !== null) await runDataPlane(workerData as DataPlaneStart, port)

async function runDataPlane(start: DataPlaneStart, control: NonNullable<typeof parentPort>): Promise<void> {
  const tell = (message: FromDataPlane) => control.postMessage(message)
  const gateway = openGateway(start, tell)
  const server = await listen(gateway, start)
  control.on('message', (message: ToDataPlane) => obey(message, gateway, server, tell))
  tell({ kind: 'listening', port: server.port })
}

function openGateway(start: DataPlaneStart, tell: (message: FromDataPlane) => void): Gateway {
  const log = (level: 'warn' | 'error', message: string) => tell({ kind: 'log', level, message })
  const node = `w${start.worker}`
  const targets = new Targets(name => process.env[name], openLibraryProvider)
  targets.apply(start.snapshot)
  return {
    active: activate(start.snapshot),
    formats: wireFormats,
    sink: new Spool({
      directory: join(start.dataDir, 'events'),
      writer: node,
      onLost: error => log('error', `events could not be written: ${String(error)}`),
      onDropped: file => log('warn', `the event spool is full; deleted its oldest file ${file}`),
    }),
    issuers: new IssuerLog({
      directory: join(start.dataDir, 'issuers'),
      writer: node,
      secret: Buffer.from(start.secret),
      onTrouble: error => log('error', `who issued which id is not kept on disk: ${String(error)}`),
    }),
    targets,
    ejection: new Ejection((target, until) => tell({ kind: 'ejected', target, until })),
    admission: new Admission(),
    identity: new Identity(Buffer.from(start.secret), node),
    reportBug: error => log('error', error instanceof Error ? (error.stack ?? error.message) : String(error)),
  }
}

function obey(
  message: ToDataPlane,
  gateway: Gateway,
  server: DataServer,
  tell: (message: FromDataPlane) => void,
): void {
  switch (message.kind) {
    case 'publish':
      gateway.targets.apply(message.snapshot)
      gateway.active = activate(message.snapshot)
      tell({ kind: 'published', revision: message.snapshot.revision })
      return
    case 'eject':
      gateway.ejection.adopt(message.target, message.until)
      return
    case 'drain':
      void drain(gateway, server, message.timeout, tell)
  }
}

async function drain(
  gateway: Gateway,
  server: DataServer,
  timeout: number,
  tell: (message: FromDataPlane) => void,
): Promise<void> {
  await server.drain(timeout)
  await settle(gateway)
  await gateway.sink.close()
  gateway.issuers.close()
  await gateway.targets.close()
  tell({ kind: 'drained' })
}

/** Requests whose connection was cut are still being recorded; that takes no longer than noticing it. */
async function settle(gateway: Gateway): Promise<void> {
  for (let waited = 0; gateway.admission.running > 0 && waited < SETTLE_MS; waited += 10) await setTimeout(10)
}
