// The `weir` command: its commands and what they share.
import { Command, CommanderError } from 'commander'
import { printError } from './output.ts'
import { readVersion } from './version.ts'

type Registration = (program: Command) => void

/** The commands, each loaded only when it is called or listed: the gateway must not carry what replay needs. */
const COMMANDS: Readonly<Record<string, () => Promise<Registration>>> = {
  start: async () => (await import('./start.ts')).registerStart,
  validate: async () => (await import('./validate.ts')).registerValidate,
  diff: async () => (await import('./diff.ts')).registerDiff,
  apply: async () => (await import('./apply.ts')).registerApply,
  export: async () => (await import('./export.ts')).registerExport,
  keys: async () => (await import('./keys.ts')).registerKeys,
  tokens: async () => (await import('./tokens.ts')).registerTokens,
  explain: async () => (await import('./explain.ts')).registerExplain,
  simulate: async () => (await import('./simulate.ts')).registerSimulate,
  replay: async () => (await import('../replay/command.ts')).registerReplay,
  events: async () => (await import('./events.ts')).registerEvents,
  shares: async () => (await import('./shares.ts')).registerShares,
  import: async () => (await import('./import-events.ts')).registerImport,
  forget: async () => (await import('./forget.ts')).registerForget,
  sim: async () => (await import('./sim.ts')).registerSim,
  schema: async () => (await import('./schema.ts')).registerSchema,
  openapi: async () => (await import('./openapi.ts')).registerOpenapi,
}

function registrations(name: string | undefined): Promise<Registration[]> {
  const called = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  return Promise.all((called === undefined ? Object.values(COMMANDS) : [called]).map(load => load()))
}

/** Runs one command line and returns the exit code: 0 well, 1 the command's own no, 2 wrong usage. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  endWithReader()
  const program = new Command('weir')
    .description('Splits live LLM traffic over models, prompts and providers.')
    .version(readVersion())
    .showHelpAfterError('(run with --help to see what there is)')
    // Of what is below a command its own options come before its name: `export events` has some of the names of `export`.
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .exitOverride()
  for (const register of await registrations(argv[2])) register(program)
  for (const command of program.commands) command.exitOverride().showHelpAfterError()
  try {
    await program.parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!isSystemError(error)) throw error
    printError(`weir: ${error.message}`)
    return 1
  }
}

/** What the operating system refuses, such as a file that is not there, is no bug: its message says enough. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string'
}

/** `weir events | head` closes our output early: that is an end, not an error. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}
