// `weir start`: the gateway, until it is told to stop.
import { hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { formatPath, type Snapshot } from '@weir/core/config'
import { type Command, Option } from 'commander'
import { type Control, ControlStartError } from '../admin/control-server.ts'
import { reachGuard } from '../admin/provider/guard.ts'
import { type ConfigOrigin, openRevisions } from '../admin/revision/open-revisions.ts'
import type { Revisions } from '../admin/revision/revisions.ts'
import { StoredCredentials } from '../admin/revision/stored-credentials.ts'
import { BudgetLedger } from '../budget/ledger.ts'
import { EventPlane, type EventStoreKind } from '../event-plane/event-plane.ts'
import { Identity } from '../gateway/identity.ts'
import { resolveName } from '../network/resolve.ts'
import { locateProblems, readConfigFile } from '../snapshot/load.ts'
import { Publisher, type Server } from '../snapshot/publisher.ts'
import { DataDirError, openDataDir, readSecret } from '../snapshot/state.ts'
import { Workers, type WorkersOptions } from '../snapshot/workers.ts'
import type { ControlStore } from '../storage/control-store.ts'
import { compactIssuers } from '../storage/issuers/compact-issuers.ts'
import type { ReopeningStore } from '../storage/reopening-store.ts'
import type { Sealer } from '../storage/seal.ts'
import { lockDataDir } from '../storage/sqlite/data-dir-lock.ts'
import { readConnection, writeConnection } from './connection.ts'
import { openControlPort, openSealer, openStore } from './control.ts'
import type { ControlPlane } from './control-plane.ts'
import { Demo } from './demo.ts'
import { reportProblems, reportStoredProblems } from './load-or-exit.ts'
import { type Log, openLog } from './log.ts'
import { parseDuration, parsePort, parseSpeed, parseWorkers } from './option-value.ts'
import { printError } from './output.ts'
import { followFile, refreshOnSignal } from './reload.ts'
import { readVersion } from './version.ts'
import { printWelcome, type WelcomeKey } from './welcome.ts'

interface Options {
  readonly config?: string
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly workers: number
  readonly drainTimeout: number
  readonly simSpeed?: number
  readonly controlHost: string
  readonly controlPort: number
  readonly controlUrl: readonly string[]
  readonly eventStore: EventStoreKind
  readonly log?: 'requests'
}

export function registerStart(program: Command): void {
  program
    .command('start')
    .summary('start the gateway')
    .description(
      'Start the gateway and its control plane. Without a config file the config is kept in the data directory and ' +
        'changed over the control API; a new one begins with a demo over two simulated models.',
    )
    .option('--config <file>', 'config file; saving it (or SIGHUP) publishes the new config')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'data port; 0 takes a free one', parsePort, 8787)
    .option('--control-host <address>', 'address of the control API', '127.0.0.1')
    .option('--control-port <port>', 'port of the control API; 0 takes a free one', parsePort, 8788)
    .option('--control-url <urls...>', 'URLs under which proxies make the control API known', [])
    .option('--data-dir <dir>', 'where state and events are kept', '.weir')
    .option(
      '--workers <n>',
      'event loops that serve requests',
      parseWorkers,
      Math.max(1, availableParallelism() - 1),
    )
    .addOption(
      new Option('--drain-timeout <duration>', 'how long open requests may take to finish on SIGTERM')
        .argParser(parseDuration)
        .default(30_000, '30s'),
    )
    .addOption(
      new Option('--event-store <kind>', 'where events end up; none: they stay in the files of the spool')
        .choices(['duckdb', 'none'])
        .default('duckdb'),
    )
    .addOption(
      new Option('--log <what>', 'what is logged beside trouble; default: what the config says').choices([
        'requests',
      ]),
    )
    .option(
      '--sim-speed <factor>',
      'demo: how much faster than real time the simulated models run',
      parseSpeed,
    )
    .action(start)
}

async function start(options: Options): Promise<void> {
  try {
    openDataDir(options.dataDir)
    const lock = lockDataDir(options.dataDir)
    if (lock === undefined) {
      throw new DataDirError(
        `the data directory ${options.dataDir} is in use by another weir; --data-dir chooses another`,
      )
    }
    await serve(options)
    lock.release()
  } catch (error) {
    if (!(error instanceof DataDirError) && !(error instanceof ControlStartError)) throw error
    printError(`weir: ${error.message}`)
    process.exitCode = 1
  }
}

async function serve(options: Options): Promise<void> {
  const log = openLog()
  const sealer = openSealer(options.dataDir)
  const store = await openStore(options.dataDir, log)
  const demo = new Demo(options.dataDir, options.simSpeed)
  const publisher = new Publisher(options.dataDir)
  const credentials = new StoredCredentials(store.credentials, sealer)
  const events = new EventPlane({
    dataDir: resolve(options.dataDir),
    store: options.eventStore,
    version: readVersion(),
    requestLog: options.log,
    log: (level, message) => log[level](message),
  })
  const revisions = await putInForce(options, { store, publisher, credentials, events, demo, log })
  if (revisions === undefined) process.exitCode = 1
  else await run(options, { store, sealer, publisher, revisions, events, demo, log })
  await events.close()
  await demo.stop()
  await store.close()
}

interface Parts {
  readonly store: ReopeningStore
  readonly publisher: Publisher
  readonly events: EventPlane
  readonly demo: Demo
  readonly log: Log
}

/** The revisions with one in force; undefined after its problems have been printed. */
async function putInForce(
  { config: name, dataDir }: Options,
  { store, publisher, credentials, events, demo, log }: Parts & { readonly credentials: StoredCredentials },
): Promise<Revisions | undefined> {
  const file = name === undefined ? undefined : readConfigFile(name)
  if (name !== undefined && file !== undefined && file.syntaxProblems.length > 0) {
    reportProblems(name, file.syntaxProblems)
    return undefined
  }
  const origin: ConfigOrigin =
    name === undefined || file === undefined
      ? { kind: 'store', first: () => demo.begin() }
      : { kind: 'file', file: name, config: file.value }
  const guard = reachGuard({ resolve: resolveName, store: store.credentials })
  const opened = await openRevisions({
    origin,
    store,
    publisher,
    credentials,
    now: Date.now,
    guard,
    onPublished: revision => events.recordRevision(revision),
  })
  if (opened.kind === 'refused') {
    if (name === undefined || file === undefined) reportStoredProblems(opened.problems)
    else reportProblems(name, locateProblems(file, opened.problems))
    return undefined
  }
  for (const notice of opened.notices) log.warn({ dataDir }, notice)
  for (const { path, message } of opened.warnings) log.warn(`${formatPath(path)}: ${message}`)
  return opened.revisions
}

async function run(
  options: Options,
  parts: Parts & { readonly sealer: Sealer; readonly revisions: Revisions },
): Promise<void> {
  const { store, publisher, revisions, events, demo, log } = parts
  events.start(revisions.current().snapshot)
  if (revisions.managedBy === 'store') await demo.resume(revisions)
  const ledger = openLedger(options.dataDir, store, log)
  // V8's default again: see bin/weir.js.
  setFlagsFromString('--semi-space-growth-factor=2')
  const workers = await startWorkers(options, { revisions, limits: ledger, events: events.watch, log })
  if (workers === undefined) return
  publisher.attach(serversOf(workers, events))
  events.attach(workers)
  store.retry(() => welcomeBack(revisions, log))
  const pseudonym = pseudonymsOf(options.dataDir)
  const control = await startControlPort(options, { ...parts, workers, pseudonym })
  if (control !== undefined) {
    // Signals and the file are watched before anyone is told where to find the gateway.
    const stop = stopSignal()
    const { config } = options
    const stopReloading =
      config === undefined ? refreshOnSignal(revisions, log) : followFile(config, revisions, log)
    announce(options, { workers, control, revisions, demo })
    returnMemory()
    log.info(`${await stop}: finishing open requests`)
    stopReloading()
    process.once('SIGINT', () => process.exit(130))
    await control.close()
  }
  await workers.drain(options.drainTimeout)
  await ledger.close()
  await events.close()
  log.info('stopped')
}

/** What loading has left behind would stay until this thread's heap has grown by as much again: 2 of 234 MB, measured. */
function returnMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}

async function welcomeBack(revisions: Revisions, log: Log): Promise<void> {
  await revisions.storeReturned()
  const { state, reasons } = revisions.health()
  log.info({ state, reasons }, 'the control database can be used again')
}

function openLedger(dataDir: string, store: ControlStore, log: Log): BudgetLedger {
  const directory = join(resolve(dataDir), 'budgets')
  return new BudgetLedger({ store: store.budgets, directory, log: (level, text) => log[level](text) })
}

interface WorkerParts {
  readonly revisions: Revisions
  readonly log: Log
}

/** Whoever is to know each snapshot that comes into force. */
function serversOf(workers: Workers, events: EventPlane): Server {
  return {
    publish: (snapshot, secrets) => {
      events.configure(snapshot)
      return workers.publish(snapshot, secrets)
    },
    reportControl: state => workers.reportControl(state),
  }
}

async function startWorkers(
  options: Options,
  { revisions, limits, events, log }: Pick<WorkersOptions, 'limits' | 'events'> & WorkerParts,
): Promise<Workers | undefined> {
  const { host, port, dataDir } = options
  const level = { info: log.info, warn: log.warn, error: log.error }
  compactOrWarn(join(dataDir, 'issuers'), log)
  const workers = {
    count: options.workers,
    host,
    port,
    dataDir: resolve(dataDir),
    secret: readSecret(dataDir),
    limits,
    events,
    destinations: revisions.managedBy === 'store' ? ('checked' as const) : ('any' as const),
    log: (name: keyof typeof level, text: string) => level[name].call(log, text),
  }
  const { snapshot } = revisions.current()
  return listening('--port and --host', options, () => Workers.start(workers, snapshot, revisions.secrets))
}

function startControlPort(
  { controlHost: host, controlPort: port, controlUrl: publicUrls, workers: wanted, ...options }: Options,
  parts: Omit<ControlPlane, 'dataDir' | 'host' | 'port' | 'publicUrls' | 'wanted'>,
): Promise<Control | undefined> {
  return listening('--control-port and --control-host', { host, port }, () =>
    openControlPort({ ...parts, dataDir: resolve(options.dataDir), host, port, publicUrls, wanted }),
  )
}

function pseudonymsOf(dataDir: string): ControlPlane['pseudonym'] {
  const identity = new Identity(readSecret(dataDir), 'main')
  return (kind, id) => {
    const pseudonym = identity.unit(kind, id)
    // Who asks for a unit may be about to have it forgotten.
    identity.forgetUnits()
    return pseudonym
  }
}

/** Undefined, and said why, when the port cannot be had. */
async function listening<Result>(
  optionNames: string,
  { host, port }: { readonly host: string; readonly port: number },
  open: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await open()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error
    const reason = code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened (${code})`
    printError(`weir: ${host}:${port} ${reason}; ${optionNames} choose another`)
    process.exitCode = 1
    return undefined
  }
}

/** Without it the files are only larger: no reason not to serve. */
function compactOrWarn(directory: string, log: Log): void {
  try {
    compactIssuers(directory)
  } catch (error) {
    log.warn({ err: error }, `the files under ${directory} could not be compacted`)
  }
}

interface Running {
  readonly workers: Workers
  readonly control: Control
  readonly revisions: Revisions
  readonly demo: Demo
}

function announce(options: Options, { workers, control, revisions, demo }: Running): void {
  const { host, dataDir } = options
  const { snapshot } = revisions.current()
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const dataUrl = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${workers.port}`
  const { url: controlUrl, firstToken } = control
  const demoKey = demo.isRunning ? demo.keyOf(snapshot) : undefined
  // The demo is to be played with at once; any other admin token is shown once and kept by whoever saw it.
  const adminToken = demo.isRunning ? (firstToken ?? readConnection(dataDir)?.adminToken) : undefined
  writeConnection(dataDir, {
    dataUrl,
    controlUrl,
    eventStore: options.eventStore,
    ...(demoKey !== undefined && { key: demoKey }),
    ...(adminToken !== undefined && { adminToken }),
  })
  const key: WelcomeKey =
    demoKey === undefined
      ? { kind: 'environment', name: nameOfKey(snapshot) }
      : { kind: 'demo', key: demoKey }
  printWelcome({ dataUrl, controlUrl, key, snapshot, ...(firstToken !== undefined && { firstToken }) })
}

/** The environment variable that holds a key of the config: the key itself is neither shown nor written. */
function nameOfKey(snapshot: Snapshot): string {
  const digests = new Set(snapshot.keys.filter(key => !key.disabled).map(key => key.digest))
  const found = Object.entries(process.env).find(
    ([, value]) => value !== undefined && value !== '' && digests.has(hash('sha256', value, 'hex')),
  )
  return found?.[0] ?? 'WEIR_KEY'
}

function stopSignal(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  })
}
