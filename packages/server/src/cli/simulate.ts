// `weir simulate`: who would get what, over many made-up units, and how many would move to another config.
import { bucketOf, movedShare } from '@weir/core/assignment'
import { type RouteSnapshot, type Snapshot, tablesOf } from '@weir/core/config'
import { type ActiveRoute, activate } from '@weir/core/routing'
import { checkShares } from '@weir/core/stats'
import { type Command, InvalidArgumentError } from 'commander'
import { loadOrReport } from './load-or-exit.ts'
import { paint, print, printJson } from './output.ts'
import { renderTable } from './table.ts'

interface Options {
  readonly config: string
  readonly units: number
  readonly against?: string
  readonly json?: true
}

interface RouteResult {
  readonly router: string
  readonly route: string
  readonly salt: string
  readonly variants: readonly { variant: string; expected: number; observed: number; units: number }[]
  readonly p: number | null
  /** Share of units that another config gives another variant; null when there is nothing to compare with. */
  readonly moved: number | null
}

export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .summary('split made-up units and compare expected with observed shares')
    .description('Assign made-up units by a config: expected against observed share of every split.')
    .requiredOption('--config <file>', 'config file')
    .option('--units <n>', 'how many units', parseUnits, 10_000)
    .option(
      '--against <file>',
      'another config: shows the share of units that would move when it is published',
    )
    .option('--json', 'print the result as data')
    .action(simulate)
}

function parseUnits(text: string): number {
  const units = Number(text)
  if (!Number.isInteger(units) || units < 1 || units > 10_000_000) {
    throw new InvalidArgumentError('must be a whole number from 1 to 10000000')
  }
  return units
}

function simulate(options: Options): void {
  const snapshot = loadOrReport(options.config)
  if (snapshot === undefined) {
    process.exitCode = 1
    return
  }
  const tables = tablesOf(snapshot)
  const other =
    options.against === undefined ? undefined : loadOrReport(options.against, { revision: 2, tables })
  if (options.against !== undefined && other === undefined) {
    process.exitCode = 1
    return
  }
  const results = simulateRoutes(snapshot, other, options.units)
  if (options.json) printJson({ units: options.units, routes: results })
  else for (const result of results) printResult(result)
}

function simulateRoutes(snapshot: Snapshot, other: Snapshot | undefined, units: number): RouteResult[] {
  return [...activate(snapshot).routers.values()].flatMap(router =>
    router.routes.map(route => ({
      ...simulateRoute(route, units),
      router: router.id,
      route: route.id,
      moved: other === undefined ? null : movedBetween(route.settings, findRoute(other, router.id, route.id)),
    })),
  )
}

function simulateRoute(route: ActiveRoute, units: number): Pick<RouteResult, 'salt' | 'variants' | 'p'> {
  const { salt, owners, shares, members } = route.sharing
  const counts = route.variants.map(() => 0)
  for (let unit = 0; unit < units; unit++) {
    const owner = owners[bucketOf(salt, `unit-${unit}`)] as number
    counts[owner] = (counts[owner] as number) + 1
  }
  const variants = members.map(position => ({
    variant: route.variants[position]?.id ?? '',
    expected: shares[position] as number,
    observed: (counts[position] as number) / units,
    units: counts[position] as number,
  }))
  const check = checkShares(
    variants.map(entry => entry.units),
    variants.map(entry => entry.expected),
  )
  return { salt, variants, p: check.kind === 'checked' ? check.p : null }
}

function findRoute(snapshot: Snapshot, router: string, route: string): RouteSnapshot | undefined {
  return snapshot.routers[router]?.routes.find(candidate => candidate.id === route)
}

/** Everything moves when the route is gone or its salt is another one. */
function movedBetween(before: RouteSnapshot, after: RouteSnapshot | undefined): number {
  const [from, to] = [before.groups[0], after?.groups[0]]
  if (from === undefined || to === undefined || from.salt !== to.salt) return 1
  return movedShare(from.table, to.table)
}

function printResult(result: RouteResult): void {
  const p = result.p === null ? '' : `, chi-square p ${result.p.toPrecision(3)}`
  const moved = result.moved === null ? '' : `, ${percent(result.moved)} of the units would move`
  print(`${paint('bold', `${result.router} / ${result.route}`)}${p}${moved}`)
  const rows = result.variants.map(entry => [
    entry.variant,
    percent(entry.expected),
    percent(entry.observed),
    String(entry.units),
  ])
  print(`${renderTable(['variant', 'expected', 'observed', 'units'], rows)}\n`)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
