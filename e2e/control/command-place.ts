// A running control plane and the commands that are run against it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeYaml } from '../../packages/server/src/admin/config/yaml.ts'
import { endWithFile } from '../support/clean-up.ts'
import { KEY } from '../support/gateway.ts'
import { type ProgramResult, runProgram } from '../support/program.ts'
import { ADMIN_TOKEN, newDataDir, type RunningProgram, startOn } from './store-program.ts'

/** A directory for files of the tests. */
export const home = mkdtempSync(join(tmpdir(), 'weir-gitops-'))
endWithFile(() => rmSync(home, { recursive: true, force: true }))

export interface Place {
  readonly dataDir: string
  readonly running: RunningProgram
}

export async function startPlace(): Promise<Place> {
  const dataDir = newDataDir()
  return { dataDir, running: await startOn(dataDir, { env: { WEIR_KEY: KEY } }) }
}

interface RunOptions {
  readonly token?: string
  readonly stdin?: string
}

/** Runs a command against the control plane of a place. */
export function weir(
  { dataDir }: Place,
  args: string,
  { token = ADMIN_TOKEN, stdin }: RunOptions = {},
): Promise<ProgramResult> {
  const env = { WEIR_TOKEN: token, WEIR_CONTROL_URL: '' }
  return runProgram([...args.split(' '), '--data-dir', dataDir], {
    env,
    ...(stdin !== undefined && { stdin }),
  })
}

/** The path of a file with this config, as data or text. */
export function fileWith(name: string, config: object | string): string {
  const file = join(home, name)
  writeFileSync(file, typeof config === 'string' ? config : writeYaml(config))
  return file
}
