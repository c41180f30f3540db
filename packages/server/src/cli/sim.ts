// `weir sim`: the simulated provider alone.
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { defaultSimConfig, type SimConfig, simConfigSchema } from '../sim/config.ts'
import { startSim } from '../sim/server.ts'
import { parsePort, parseSpeed } from './option-value.ts'
import { print, printError } from './output.ts'

interface Options {
  readonly config?: string
  readonly host: string
  readonly port: number
  readonly speed?: number
}

export function registerSim(program: Command): void {
  program
    .command('sim')
    .summary('start the simulated provider')
    .description(
      "Start a simulated provider: a real HTTP server that speaks OpenAI's, Anthropic's and Gemini's formats.",
    )
    .option('--config <file>', 'models and their behaviour (default: two models, large and small)')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port; 0 takes a free one', parsePort, 9100)
    .option('--speed <factor>', 'how much faster than real time its clock runs', parseSpeed)
    .addHelpText(
      'after',
      '\nThe request header `x-sim` sets anything for one request: x-sim: output_tokens=40; error=503',
    )
    .action(sim)
}

async function sim(options: Options): Promise<void> {
  const config = readSimConfig(options)
  if (config === undefined) {
    process.exitCode = 1
    return
  }
  const server = await startSim(config, { host: options.host, port: options.port })
  const models = Object.keys(config.models).join(', ')
  print(`Simulated provider on ${server.url}/v1 (Gemini's format: /v1beta) with ${models}`)
  await new Promise<void>(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await server.close()
}

function readSimConfig(options: Options): SimConfig | undefined {
  const { config: file, speed } = options
  const parsed = simConfigSchema.safeParse(file === undefined ? defaultSimConfig : readYaml(file))
  if (parsed.success) return { ...parsed.data, speed: speed ?? parsed.data.speed }
  printError(`${file}:\n${z.prettifyError(parsed.error)}`)
  return undefined
}

/** YAML that cannot be read comes back as nothing, after its errors have been printed. */
function readYaml(file: string): unknown {
  const document = parseDocument(readFileSync(file, 'utf8'))
  for (const error of document.errors) printError(`${file}: ${error.message}`)
  return document.errors.length === 0 ? document.toJS() : undefined
}
