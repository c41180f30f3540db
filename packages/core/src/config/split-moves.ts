// What publishing a config would do to the units of its splits, as data.
import { BUCKETS, type BucketTable, countBuckets, movedShare } from '../assignment/index.ts'
import type { UnitSource } from './router.ts'
import type { RouteSnapshot, Snapshot } from './snapshot.ts'

/** Where a split stands. */
export type SplitOwner =
  | { readonly kind: 'router'; readonly router: string; readonly route: string }
  | { readonly kind: 'key'; readonly key: string }

/** A split that both configs have and that shares traffic differently in them. */
export interface SplitMove {
  readonly owner: SplitOwner
  /** Its salt from now on. */
  readonly salt: string
  /** `redrawn`: the salt or the units are others, so that every unit falls into another bucket. */
  readonly draw: 'kept' | 'redrawn'
  /** Share of units, 0..1, that get another variant: exact by buckets when kept, expected when redrawn. */
  readonly moved: number
  /** In the new order, then those that are gone. */
  readonly shares: readonly VariantShare[]
}

/** Shares of the traffic, 0..1; null where the variant does not share it. */
export interface VariantShare {
  readonly variant: string
  readonly before: number | null
  readonly after: number | null
}

/** The splits whose shares or buckets differ. Those that are new, gone or not active move nobody between variants. */
export function splitMoves(before: Snapshot, after: Snapshot): SplitMove[] {
  const old = new Map(activeSplits(before).map(split => [ownerId(split.owner), split]))
  return activeSplits(after).flatMap(split => {
    const known = old.get(ownerId(split.owner))
    const move = known === undefined ? undefined : moveBetween(known, split)
    return move === undefined ? [] : [move]
  })
}

/** One text for each owner, to look moves up by. */
export function ownerId(owner: SplitOwner): string {
  return owner.kind === 'router' ? `router ${owner.router} ${owner.route}` : `key ${owner.key}`
}

interface OwnedSplit {
  readonly owner: SplitOwner
  readonly units: readonly UnitSource[]
  readonly salt: string
  readonly table: BucketTable
}

function activeSplits({ routers, keys }: Snapshot): OwnedSplit[] {
  const ofRouters = Object.values(routers).flatMap(({ id, units, routes }) =>
    routes.flatMap(route => sharingSplit({ kind: 'router', router: id, route: route.id }, units, route)),
  )
  const ofKeys = keys.flatMap(({ id, routing }) =>
    routing?.active ? sharingSplit({ kind: 'key', key: id }, routing.units, routing.route) : [],
  )
  return [...ofRouters, ...ofKeys]
}

function sharingSplit(owner: SplitOwner, units: readonly UnitSource[], route: RouteSnapshot): OwnedSplit[] {
  const sharing = route.groups[0]
  return sharing === undefined ? [] : [{ owner, units, salt: sharing.salt, table: sharing.table }]
}

function moveBetween(before: OwnedSplit, after: OwnedSplit): SplitMove | undefined {
  const shares = compareShares(sharesOf(before.table), sharesOf(after.table))
  const isKept = before.salt === after.salt && before.units.join() === after.units.join()
  const moved = isKept ? movedShare(before.table, after.table) : expectedMove(shares)
  if (moved === 0 && shares.every(share => share.before === share.after)) return undefined
  return { owner: after.owner, salt: after.salt, draw: isKept ? 'kept' : 'redrawn', moved, shares }
}

function sharesOf(table: BucketTable): ReadonlyMap<string, number> {
  return new Map(Array.from(countBuckets(table), ([variant, count]) => [variant, count / BUCKETS]))
}

function compareShares(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): VariantShare[] {
  return [...new Set([...after.keys(), ...before.keys()])].map(variant => ({
    variant,
    before: before.get(variant) ?? null,
    after: after.get(variant) ?? null,
  }))
}

/** Two independent draws agree on a variant with the product of its shares. */
function expectedMove(shares: readonly VariantShare[]): number {
  return 1 - shares.reduce((sum, share) => sum + (share.before ?? 0) * (share.after ?? 0), 0)
}
