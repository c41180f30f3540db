// Composition of the event plane, a process of its own beside the gateway: it takes events from the spool into the
// store and to whoever observes them, and answers questions about them. The store's memory, its crashes and its long
// queries stay here. The main thread is on the other end of the channel; when that is gone, so is this process.
import { constants, setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { openLog } from './cli/log.ts'
import { answerCall, eventCalls } from './event-plane/answer-calls.ts'
import type { EventPlaneStart, FromEventPlane, ToEventPlane } from './event-plane/messages.ts'
import { eventDirectory, storeDirectory } from './event-plane/place.ts'
import { StatusReport } from './event-plane/status-report.ts'
import { StoreKeeper } from './event-plane/store-keeper.ts'
import { Tail } from './event-plane/tail.ts'
import { Upkeep } from './event-plane/upkeep.ts'
import { openEventStore } from './storage/duckdb/open-event-store.ts'
import { Collector } from './storage/spool/collector.ts'
import { forgetInFiles, rejectedDirectory } from './storage/spool/forget-lines.ts'
import { Telemetry } from './telemetry/telemetry.ts'

/** How long it may take to stop once the main thread is gone: another program may want the store at once. */
const LAST_MS = 1_000

const log = openLog()
let plane: Plane | undefined

process.on('message', (message: ToEventPlane) => {
  if (message.kind === 'start') plane = openPlane(message.start)
  else plane?.obey(message)
})
process.once('disconnect', disconnected)
// They go to all processes of a terminal or a service; the main thread says when it has finished.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
lowerPriority()

/** Queries and ingest give way to requests. */
function lowerPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch (error) {
    log.warn({ err: error }, 'the priority of the event plane could not be lowered')
  }
}

/** @param sent - called when it has left, or never will */
function tell(message: FromEventPlane, sent: () => void = () => {}): void {
  if (process.connected) process.send?.(message, () => sent())
  else sent()
}

function say(level: 'info' | 'warn' | 'error', message: string): void {
  log[level](message)
}

interface Plane {
  obey(message: Exclude<ToEventPlane, { kind: 'start' }>): void
  close(): Promise<void>
}

function openPlane({ dataDir, version, requestLog, snapshot }: EventPlaneStart): Plane {
  const telemetry = new Telemetry({ log, version, requestLog })
  telemetry.configure(snapshot)
  const tail = new Tail((events, missed, sent) => tell({ kind: 'requests', events, missed }, sent))
  const keeper = new StoreKeeper({
    open: () => openEventStore({ directory: storeDirectory(dataDir) }),
    onOpen: () => collector.wake(),
    log: say,
  })
  const collector = new Collector({
    directory: eventDirectory(dataDir),
    store: keeper,
    observers: [telemetry, tail],
    log: say,
  })
  collector.start()
  const upkeep = new Upkeep(snapshot.gateway.record.retention, { store: () => keeper.whenOpen(), log: say })
  const rejected = rejectedDirectory(eventDirectory(dataDir))
  const calls = eventCalls({
    keeper,
    collector,
    metrics: () => telemetry.metrics(),
    forgetRejected: units => forgetInFiles(rejected, units),
  })
  const report = new StatusReport(() => ({ store: keeper.status, tally: collector.tally }), tell)
  const close = async () => {
    report.close()
    upkeep.close()
    await collector.close()
    await Promise.allSettled([keeper.close(), telemetry.close()])
  }
  return {
    close,
    obey: message => {
      switch (message.kind) {
        case 'configure':
          upkeep.configure(message.snapshot.gateway.record.retention)
          return telemetry.configure(message.snapshot)
        case 'tail':
          return tail.turn(message.state)
        case 'call':
          return void answerCall(calls, message).then(tell)
        case 'close':
          return void collectAll(collector).then(close).then(leave)
      }
    },
  }
}

/** What the store does not take now, the next start finds. */
async function collectAll(collector: Collector): Promise<void> {
  try {
    await collector.settle()
  } catch (error) {
    log.warn({ err: error }, 'events wait in the spool for the next start')
  }
}

function leave(): void {
  process.off('disconnect', disconnected)
  if (process.connected) process.disconnect?.()
  process.exit(0)
}

/** What is not finished is met again by the next process: nothing here needs more care than a kill. */
function disconnected(): void {
  const ended = plane?.close().catch(() => {})
  void Promise.race([ended, delay(LAST_MS)]).then(() => process.kill(process.pid, 'SIGKILL'))
}
