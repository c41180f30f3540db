// `weir shares`: configured against observed shares of a running gateway's splits, with what chance allows.
import type { Command } from 'commander'
import { z } from 'zod'
import { addControlOptions, ControlError, type ControlOptions, withControl } from './control-client.ts'
import { paint, print, printJson } from './output.ts'
import { renderTable } from './table.ts'
import { parseTime } from './time-option.ts'

interface Options extends ControlOptions {
  readonly key?: string
  readonly since?: string
  readonly until?: string
  readonly json?: true
}

const variantSchema = z.object({
  variant: z.string(),
  configured: z.number().nullable(),
  observed: z.number().nullable(),
  count: z.number(),
  expected_low: z.number().nullable(),
  expected_high: z.number().nullable(),
})

const phaseSchema = z.object({
  route: z.string(),
  revisions: z.array(z.number()),
  counted: z.string(),
  total: z.number(),
  verdict: z.string(),
  reason: z.string(),
  p: z.number().nullable(),
  variants: z.array(variantSchema),
})

type Phase = z.infer<typeof phaseSchema>

const sharesSchema = z.object({ alpha: z.number(), level: z.number(), phases: z.array(phaseSchema) })

export function registerShares(program: Command): void {
  const command = program
    .command('shares')
    .summary('compare configured with observed shares of a running gateway')
    .description('Compare configured with observed shares of a router, route by route and phase by phase.')
    .argument('[router]', 'id of the router')
    .option('--key <id>', 'the split of this key, in place of a router')
    .option('--since <time>', 'from this time on, such as 2026-11-21 or 24h ago (default: 7d)', parseTime)
    .option('--until <time>', 'before this time', parseTime)
    .option('--json', 'print the result as data')
  addControlOptions(command).action(shares)
}

async function shares(router: string | undefined, options: Options): Promise<void> {
  await withControl(options, async client => {
    await client.send({ method: 'POST', path: '/api/v1/events/settle' })
    const { data, value } = await client.sendFor(sharesSchema, {
      method: 'GET',
      path: pathOf(router, options.key),
      query: { since: options.since, until: options.until },
    })
    if (options.json) return printJson(data)
    const name = router ?? `key ${options.key}`
    if (value.phases.length === 0) print(`No requests of ${name} that a split decided.`)
    for (const phase of value.phases) printPhase(name, phase, value.level)
  })
}

function pathOf(router: string | undefined, key: string | undefined): string {
  if (router !== undefined && key === undefined) return `/api/v1/routers/${encodeURIComponent(router)}/shares`
  if (key !== undefined && router === undefined) return `/api/v1/keys/${encodeURIComponent(key)}/shares`
  throw new ControlError('usage', 'name a router, or a key with --key')
}

function printPhase(name: string, phase: Phase, level: number): void {
  const { route, revisions, counted, total, verdict, reason, p } = phase
  const chance = p === null ? '' : `, chi-square p ${p.toPrecision(3)}`
  print(`${paint('bold', `${name} / ${route}`)}, ${spanOf(revisions)}: ${total} ${counted}${chance}`)
  const head = ['variant', 'configured', 'observed', counted, `expected (${level * 100} %)`]
  print(
    renderTable(
      head,
      phase.variants.map(each => [
        each.variant,
        percent(each.configured),
        percent(each.observed),
        String(each.count),
        each.expected_low === null ? '-' : `${each.expected_low} to ${each.expected_high}`,
      ]),
    ),
  )
  print(`${verdict}: ${reason}\n`)
}

function spanOf(revisions: readonly number[]): string {
  const [first, last] = [revisions[0], revisions.at(-1)]
  return first === last ? `revision ${first}` : `revisions ${first} to ${last}`
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(2)} %`
}
