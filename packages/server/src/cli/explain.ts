// `weir explain`: what the gateway would decide for a request, step by step, without calling anyone.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainDecision } from '@weir/core/routing'
import { type Command, InvalidArgumentError } from 'commander'
import { type Considered, considerRequest } from '../gateway/consider.ts'
import { wireFormats } from '../provider/registry.ts'
import { IssuerLog } from '../storage/issuers/issuer-log.ts'
import type { IssuerLookup } from '../storage/issuers.ts'
import { loadOrReport } from './load-or-exit.ts'
import { paint, print, printError, printJson } from './output.ts'

interface Options {
  readonly config: string
  readonly request: string
  readonly header: readonly string[]
  readonly key?: string
  readonly path: string
  readonly dataDir?: string
  readonly json?: true
}

export function registerExplain(program: Command): void {
  program
    .command('explain')
    .summary('show how a request would be decided, step by step')
    .description('Decide a request as the gateway would, and print every step to the decision.')
    .requiredOption('--config <file>', 'config file')
    .requiredOption('--request <file>', 'file with the JSON body of the request')
    .option('--header <name:value>', 'a request header; may be repeated', collect, [])
    .option('--key <id>', 'id of the key that calls (default: the first in the config)')
    .option('--path <path>', 'endpoint', '/v1/chat/completions')
    .option('--data-dir <dir>', 'look up here who issued the ids that the request builds on')
    .option('--json', 'print the decision as data')
    .action(explain)
}

function collect(value: string, before: readonly string[]): string[] {
  if (!/^[^\s:]+\s*:/.test(value)) throw new InvalidArgumentError('must be written name:value')
  return [...before, value]
}

function explain(options: Options): void {
  const snapshot = loadOrReport(options.config)
  const considered =
    snapshot === undefined
      ? undefined
      : considerRequest(wireFormats, snapshot, {
          path: options.path,
          headers: readHeaders(options.header),
          body: readFileSync(options.request),
          at: Date.now(),
          ...(options.key === undefined ? {} : { key: options.key }),
          ...(options.dataDir === undefined ? {} : { issuers: openIssuers(options.dataDir) }),
        })
  if (considered === undefined) process.exitCode = 1
  else report(considered, options)
}

/** Reads what a gateway keeps there, also while it runs, and writes nothing. */
function openIssuers(dataDir: string): IssuerLookup {
  const secret = readFileSync(join(dataDir, 'secret.key'))
  return new IssuerLog({ directory: join(dataDir, 'issuers'), writer: 'explain', secret })
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

function report(considered: Considered, options: Options): void {
  if (considered.kind === 'refusal') {
    process.exitCode = 1
    if (options.json) printJson({ refused: considered.code, message: considered.message })
    else printError(`refused (${considered.code}): ${considered.message}`)
    return
  }
  const steps = explainDecision(considered)
  if (considered.kind !== 'decision') process.exitCode = 1
  if (options.json) return printJson(describe(considered, steps))
  for (const step of steps) print(`${paint('dim', step.stage.padEnd(9))}  ${step.text}`)
}

function describe(
  considered: Exclude<Considered, { kind: 'refusal' }>,
  steps: ReturnType<typeof explainDecision>,
) {
  if (considered.kind !== 'decision') return { decided: false, steps }
  const { reason, state, router, route, unit, bucket, propensity, variant, plan } = considered
  return {
    decided: true,
    reason,
    state,
    router: router?.id ?? null,
    route: route?.id ?? null,
    unit,
    bucket,
    propensity,
    variant: variant.id,
    plan: plan.map(entry => entry.target.id),
    steps,
  }
}
