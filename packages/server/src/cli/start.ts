// `weir start`: the gateway, until it is told to stop.
import { hash, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { Snapshot } from '@weir/core/config'
import { type Command, Option } from 'commander'
import { pino } from 'pino'
import { compileHere, formatProblem, loadConfigFile } from '../snapshot/load.ts'
import { type ConfigSource, type Published, Publisher } from '../snapshot/publisher.ts'
import { DataDirError, openDataDir, readSecret } from '../snapshot/state.ts'
import { watchFile } from '../snapshot/watch.ts'
import { Workers } from '../snapshot/workers.ts'
import { compactIssuers } from '../storage/issuers/compact-issuers.ts'
import { lockDataDir } from '../storage/sqlite/data-dir-lock.ts'
import { readConnection, writeConnection } from './connection.ts'
import { demoConfig, startDemoSim } from './demo.ts'
import { reportProblems } from './load-or-exit.ts'
import { parseDuration, parsePort, parseSpeed, parseWorkers } from './option-value.ts'
import { printError } from './output.ts'
import { printWelcome, type WelcomeKey } from './welcome.ts'

interface Options {
  readonly config?: string
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly workers: number
  readonly drainTimeout: number
  readonly simSpeed?: number
}

type Log = pino.Logger

export function registerStart(program: Command): void {
  program
    .command('start')
    .summary('start the gateway')
    .description('Start the gateway. Without a config it runs a demo over two simulated models.')
    .option('--config <file>', 'config file; saving it (or SIGHUP) publishes the new config')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'data port; 0 takes a free one', parsePort, 8787)
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
    if (!(error instanceof DataDirError)) throw error
    printError(`weir: ${error.message}`)
    process.exitCode = 1
  }
}

async function serve(options: Options): Promise<void> {
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
  const demo = options.config === undefined ? await startDemo(options) : undefined
  const source: ConfigSource = demo?.source ?? (context => loadConfigFile(options.config as string, context))
  const publisher = new Publisher(options.dataDir, source)
  const loaded = publisher.load()
  if (loaded.kind === 'refused') {
    reportProblems(options.config ?? 'the demo', loaded.problems)
    process.exitCode = 1
    return
  }
  const workers = await startWorkers(options, loaded.snapshot, log)
  if (workers !== undefined) {
    publisher.attach(workers)
    // Signals and the file are watched before anyone is told where to find the gateway.
    const stop = stopSignal()
    const stopReloading = reloadOnChange(options.config, publisher, log)
    announce(options, workers, loaded.snapshot, demo?.key)
    log.info(`${await stop}: finishing open requests`)
    stopReloading()
    process.once('SIGINT', () => process.exit(130))
    await workers.drain(options.drainTimeout)
    log.info('stopped')
  }
  await demo?.stop()
}

/** A demo key says what it is, so that no other key is ever taken for one and shown. */
const DEMO_KEY = 'wk_demo_'

async function startDemo(options: Options) {
  const sim = await startDemoSim(options.simSpeed)
  const known = readConnection(options.dataDir)?.key
  const key = known?.startsWith(DEMO_KEY) ? known : DEMO_KEY + randomBytes(24).toString('base64url')
  const config = demoConfig(sim.url, hash('sha256', key, 'hex'), process.env)
  const source: ConfigSource = context => {
    const compiled = compileHere(config, context)
    if (compiled.kind === 'compiled') return { kind: 'loaded', snapshot: compiled.snapshot, warnings: [] }
    return {
      kind: 'refused',
      problems: compiled.problems.map(problem => ({ ...problem, line: 1, column: 1 })),
    }
  }
  return { key, source, stop: () => sim.stop() }
}

async function startWorkers(options: Options, snapshot: Snapshot, log: Log): Promise<Workers | undefined> {
  const { host, port, dataDir } = options
  try {
    const secret = readSecret(dataDir)
    const level = { info: log.info, warn: log.warn, error: log.error }
    compactOrWarn(join(dataDir, 'issuers'), log)
    return await Workers.start(
      {
        count: options.workers,
        host,
        port,
        dataDir: resolve(dataDir),
        secret,
        log: (name, text) => level[name].call(log, text),
      },
      snapshot,
    )
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error
    const reason = code === 'EADDRINUSE' ? 'is already in use' : `cannot be opened (${code})`
    printError(`weir: ${host}:${port} ${reason}; --port and --host choose another`)
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

function announce(options: Options, workers: Workers, snapshot: Snapshot, demoKey: string | undefined): void {
  const host = options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host
  const dataUrl = `http://${host.includes(':') ? `[${host}]` : host}:${workers.port}`
  const key: WelcomeKey =
    demoKey === undefined
      ? { kind: 'environment', name: nameOfKey(snapshot) }
      : { kind: 'demo', key: demoKey }
  writeConnection(options.dataDir, { dataUrl, ...(demoKey === undefined ? {} : { key: demoKey }) })
  printWelcome({ dataUrl, key, snapshot })
}

/** The environment variable that holds a key of the config: the key itself is neither shown nor written. */
function nameOfKey(snapshot: Snapshot): string {
  const digests = new Set(snapshot.keys.filter(key => !key.disabled).map(key => key.digest))
  const found = Object.entries(process.env).find(
    ([, value]) => value !== undefined && value !== '' && digests.has(hash('sha256', value, 'hex')),
  )
  return found?.[0] ?? 'WEIR_KEY'
}

/** Publishes on SIGHUP and when the file is saved; the returned function ends that. */
function reloadOnChange(config: string | undefined, publisher: Publisher, log: Log): () => void {
  const reload = () => {
    publisher.reload().then(
      result => logPublished(log, config ?? 'the demo', result),
      error => log.error({ err: error }, 'the config could not be published'),
    )
  }
  process.on('SIGHUP', reload)
  const warn = (error: NodeJS.ErrnoException) =>
    log.warn(`${config} cannot be watched (${error.code}); after a change send SIGHUP`)
  const stopWatching = config === undefined ? () => {} : watchFile(config, reload, warn)
  // What was saved between the first reading and the watch would go unnoticed.
  reload()
  return () => {
    stopWatching()
    process.off('SIGHUP', reload)
  }
}

function stopSignal(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  })
}

function logPublished(log: Log, name: string, result: Published): void {
  if (result.kind === 'published') {
    for (const warning of result.warnings) log.warn(formatProblem(name, warning))
    log.info(`published revision ${result.snapshot.revision} of ${name}`)
  }
  if (result.kind !== 'refused') return
  const problems = result.problems.map(problem => formatProblem(name, problem))
  log.error({ problems }, `${name} is refused; the config in force keeps serving`)
}
