// Which variant each unit was first assigned to, per route, and which units later saw another.
// Shares are judged by these counts: a busy unit counts once.
import { asObject, type JsonObject } from './json-value.ts'

/** What the split was decided by, for one request. */
interface UnitSeen {
  /** Kind of unit, in the gateway's words: `user`, `conversation`, `request`, ... */
  readonly kind: string
  /** Identifies the unit; null when the request is its own. */
  readonly id: string | null
}

interface RouteUnits {
  /** Units by the variant of their first assignment. */
  readonly byVariant: ReadonlyMap<string, number>
  /** Units by kind. */
  readonly byKind: ReadonlyMap<string, number>
  /** Units that saw more than one variant. */
  readonly crossed: number
}

export interface UnitLedger {
  record(route: string, variant: string, unit: UnitSeen): void
  of(route: string): RouteUnits
}

interface RouteLedger {
  readonly first: Map<string, string>
  readonly crossed: Set<string>
  readonly byVariant: Map<string, number>
  readonly byKind: Map<string, number>
}

export function createUnitLedger(): UnitLedger {
  const routes = new Map<string, RouteLedger>()
  const ledgerOf = (route: string) => {
    const ledger = routes.get(route) ?? emptyLedger()
    routes.set(route, ledger)
    return ledger
  }
  return {
    record: (route, variant, unit) => recordUnit(ledgerOf(route), variant, unit),
    of(route) {
      const { byVariant, byKind, crossed } = ledgerOf(route)
      return { byVariant, byKind, crossed: crossed.size }
    },
  }
}

function emptyLedger(): RouteLedger {
  return { first: new Map(), crossed: new Set(), byVariant: new Map(), byKind: new Map() }
}

function recordUnit(ledger: RouteLedger, variant: string, { kind, id }: UnitSeen): void {
  if (id !== null) {
    const unit = `${kind}:${id}`
    const first = ledger.first.get(unit)
    if (first !== undefined) {
      if (first !== variant) ledger.crossed.add(unit)
      return
    }
    ledger.first.set(unit, variant)
  }
  ledger.byVariant.set(variant, (ledger.byVariant.get(variant) ?? 0) + 1)
  ledger.byKind.set(kind, (ledger.byKind.get(kind) ?? 0) + 1)
}

/** What a request carries that a gateway can decide by. */
interface UnitSource {
  readonly user: string | null
  readonly opening: string
  readonly metadata: JsonObject | null
}

/**
 * The unit that decided, by the kind the gateway named: only by it are assignments independent. A request whose unit
 * the replay cannot know counts as its own.
 */
export function unitOf(kind: string | null, request: UnitSource): UnitSeen {
  if (kind === null) return { kind: request.user === null ? 'request' : 'user', id: request.user }
  return { kind, id: unitIdOf(kind, request) }
}

function unitIdOf(kind: string, { user, opening, metadata }: UnitSource): string | null {
  if (kind === 'user') return user
  if (kind === 'conversation') return opening
  if (kind === 'key') return 'key'
  if (kind === 'conversation_id') return readPath(metadata, ['conversation_id'])
  return kind.startsWith('metadata.') ? readPath(metadata, kind.split('.').slice(1)) : null
}

function readPath(metadata: JsonObject | null, path: readonly string[]): string | null {
  const found = path.reduce<unknown>((value, name) => asObject(value)?.[name], metadata)
  return typeof found === 'string' || typeof found === 'number' ? String(found) : null
}
