// The `weir` command: its commands and what they share.
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { registerReplay } from '../replay/command.ts'
import { registerEvents } from './events.ts'
import { registerExplain } from './explain.ts'
import { registerSchema } from './schema.ts'
import { registerSim } from './sim.ts'
import { registerSimulate } from './simulate.ts'
import { registerStart } from './start.ts'
import { registerValidate } from './validate.ts'

/** Runs one command line and returns the exit code: 0 well, 1 the command's own no, 2 wrong usage. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const program = new Command('weir')
    .description('Splits live LLM traffic over models, prompts and providers.')
    .version(readVersion())
    .showHelpAfterError('(run with --help to see what there is)')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .exitOverride()
  const register = [
    registerStart,
    registerValidate,
    registerExplain,
    registerSimulate,
    registerReplay,
    registerEvents,
    registerSim,
    registerSchema,
  ]
  for (const add of register) add(program)
  for (const command of program.commands) command.exitOverride().showHelpAfterError()
  try {
    await program.parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

function readVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
