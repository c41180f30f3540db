// The difference between two configs in words, for whoever decides about publishing one, and for the record of it.
import type { ConfigInput } from './config.ts'
import { describeSplit, type SplitSides } from './diff-split.ts'
import {
  describeField,
  type Fields,
  fieldChanges,
  fieldsOf,
  isSame,
  itemsOf,
  omit,
  showValue,
} from './field-change.ts'
import type { RouteSnapshot, Snapshot } from './snapshot.ts'
import { ownerId, type SplitMove, splitMoves } from './split-moves.ts'

/** A config as it is written and as it was compiled. */
export interface DescribedConfig {
  readonly config: ConfigInput
  readonly snapshot: Snapshot
}

/**
 * What changes from one config to the next, a line for each fact, such as `router chat, route default: large 80 -> 60,
 * small 20 -> 40; moves 20.00 % of units`. Empty only when both are written alike. Values that can be secret (headers,
 * parameters, options, prompts, digests) are not in it.
 *
 * @param before null when there was none
 */
export function describeChanges(before: DescribedConfig | null, after: DescribedConfig): readonly string[] {
  const old: Fields = before?.config ?? {}
  const now: Fields = after.config
  if (before !== null && isSame(old, now)) return []
  const moves = before === null ? [] : splitMoves(before.snapshot, after.snapshot)
  const sides: Sides = {
    before: before?.snapshot,
    after: after.snapshot,
    moves: new Map(moves.map(move => [ownerId(move.owner), move])),
  }
  const lines = [
    ...prefixed('gateway', describeFields(old.gateway, now.gateway)),
    ...describeSection('provider', old.providers, now.providers, describeProvider),
    ...describeSection('model', old.models, now.models, describeModel),
    ...describeSection('router', old.routers, now.routers, describeRouter, sides),
    ...describeSection('key', byId(old.keys), byId(now.keys), describeKey, sides),
    ...prefixed('keys', describeOrder(old.keys, now.keys)),
    ...(isSame(old.former_buckets, now.former_buckets) ? [] : ['bucket tables of former splits changed']),
  ]
  if (lines.length > 0) return lines
  return [before === null ? 'the first config, without content' : 'the same config, written differently']
}

interface Sides {
  readonly before: Snapshot | undefined
  readonly after: Snapshot
  readonly moves: ReadonlyMap<string, SplitMove>
}

/** One entry of a section; one side is undefined when it was added or removed. */
interface Entry<Context> {
  readonly id: string
  readonly before: Fields | undefined
  readonly after: Fields | undefined
  readonly context: Context
}

type Describe<Context> = (entry: Entry<Context>) => string[]

function describeSection<Context>(
  kind: string,
  before: unknown,
  after: unknown,
  describe: Describe<Context>,
  context?: Context,
): string[] {
  const [old, now] = [fieldsOf(before) ?? {}, fieldsOf(after) ?? {}]
  return [...new Set([...Object.keys(now), ...Object.keys(old)])].flatMap(id => {
    const [was, is] = [entryOf(old, id), entryOf(now, id)]
    if (isSame(was, is)) return []
    const name = `${kind} ${id}`
    if (is === undefined) return [`${name}: removed`]
    return describe({ id, before: was, after: is, context: context as Context }).map(text =>
      // A route's or a routing's text begins with its own name: `router chat, route default: ...`.
      text.startsWith(', ') ? `${name}${text}` : `${name}: ${text}`,
    )
  })
}

function entryOf(section: Fields, id: string): Fields | undefined {
  return Object.hasOwn(section, id) ? (fieldsOf(section[id]) ?? {}) : undefined
}

function byId(list: unknown): Fields {
  return Object.fromEntries(itemsOf(list).map(item => [idOf(item, ''), item]))
}

function prefixed(name: string, texts: readonly string[]): string[] {
  return texts.map(text => `${name}: ${text}`)
}

function describeFields(before: unknown, after: unknown): string[] {
  return fieldChanges(before, after).map(describeField)
}

function describeProvider({ before, after = {} }: Entry<unknown>): string[] {
  if (before !== undefined) return describeFields(before, after)
  const { preset, type } = after
  return [`added, ${typeof preset === 'string' ? `preset ${preset}` : `type ${showValue(type) ?? ''}`}`]
}

function describeModel({ before, after = {} }: Entry<unknown>): string[] {
  const price = isSame(before?.price, after.price) ? [] : [describePrice(before?.price, after.price)]
  const old = before ?? {}
  const [wasEnabled, isEnabled] = [old.enabled !== false, after.enabled !== false]
  const switched = wasEnabled === isEnabled ? [] : [isEnabled ? 'enabled' : 'disabled']
  const rest = switched.length > 0 ? ['price', 'enabled'] : ['price']
  return [
    ...(before === undefined ? ['added'] : []),
    ...price,
    ...switched,
    ...describeFields(omit(old, rest), omit(after, rest)),
  ]
}

/** Whole texts such as `none` as they are, and prices number by number. */
function describePrice(before: unknown, after: unknown): string {
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  if (old === undefined || now === undefined) return describeField({ path: ['price'], before, after })
  const parts = fieldChanges(old, now).map(describeField)
  return `price ${parts.length === 0 ? 'changed' : parts.join(', ')}${after === undefined ? '; it has none now' : ''}`
}

const SPLIT_FIELDS = ['id', 'condition', 'split']

function describeRouter({ id, before, after = {}, context }: Entry<Sides>): string[] {
  const [old, now] = [routesOf(before), routesOf(after)]
  const lines = [...new Set([...now.keys(), ...old.keys()])].flatMap(route => {
    const find = (snapshot: Snapshot | undefined) =>
      snapshot !== undefined && Object.hasOwn(snapshot.routers, id)
        ? snapshot.routers[id]?.routes.find(candidate => candidate.id === route)
        : undefined
    const sides = splitSides(context, { kind: 'router', router: id, route }, find)
    const texts = describeRoute(old.get(route), now.get(route), sides)
    return texts.map(text => `, route ${route}: ${text}`)
  })
  const kept = [...now.keys()].filter(route => old.has(route))
  const reordered = kept.join() === [...old.keys()].filter(route => now.has(route)).join()
  return [
    ...(before === undefined ? ['added'] : []),
    ...describeFields(omit(before ?? {}, ROUTE_LISTS), omit(after, ROUTE_LISTS)),
    ...(reordered ? [] : [`routes are tried in the order ${[...now.keys()].join(', ')}`]),
    ...lines,
  ]
}

const ROUTE_LISTS = ['routes', 'default_route']

/** The routes by id in the order they are tried; the default one has no condition. */
function routesOf(router: Fields | undefined): ReadonlyMap<string, Fields> {
  const last = router?.default_route === undefined ? [] : [fieldsOf(router.default_route) ?? {}]
  const routes = [...itemsOf(router?.routes), ...last]
  return new Map(routes.map(route => [idOf(route, 'default'), route]))
}

function describeRoute(before: Fields | undefined, after: Fields | undefined, sides: SplitSides): string[] {
  if (after === undefined) return ['removed']
  const added = before === undefined ? ['added'] : []
  const condition = isSame(before?.condition, after.condition)
    ? []
    : [describeCondition(before, after.condition)]
  return [
    ...added,
    ...condition,
    ...describeSplit(fieldsOf(before?.split), fieldsOf(after.split) ?? {}, sides),
    ...describeFields(omit(before ?? {}, SPLIT_FIELDS), omit(after, SPLIT_FIELDS)),
  ]
}

function describeCondition(before: Fields | undefined, after: unknown): string {
  if (after === undefined) return 'is the default route now'
  const [old, now] = [showValue(before?.condition), showValue(after) ?? '(long)']
  return old === undefined ? `condition ${now}` : `condition ${old} -> ${now}`
}

/** Fields of a key that are told in words of their own. */
const KEY_FIELDS = ['id', 'secret', 'digest', 'previous', 'disabled', 'routing']

function describeKey({ id, before, after = {}, context }: Entry<Sides>): string[] {
  const old = before ?? {}
  return [
    ...(before === undefined ? ['added'] : []),
    ...describeSwitch(old.disabled === true, after.disabled === true),
    ...(before === undefined ? [] : describeSecret(old, after)),
    ...describeFields(omit(old, KEY_FIELDS), omit(after, KEY_FIELDS)),
    ...describeFields({ disabled: hiddenDefault(old) }, { disabled: hiddenDefault(after) }),
    ...describeRouting(id, before, after, context).map(text => `, routing: ${text}`),
  ]
}

/** `disabled: false` means what leaving it out does, and is still another way to write it. */
function hiddenDefault({ disabled }: Fields): unknown {
  return disabled === true ? undefined : disabled
}

function describeSwitch(wasDisabled: boolean, isDisabled: boolean): string[] {
  if (wasDisabled === isDisabled) return []
  return [isDisabled ? 'disabled' : 'enabled']
}

function describeSecret(before: Fields, after: Fields): string[] {
  const isKept = isSame(before.secret, after.secret) && isSame(before.digest, after.digest)
  const until = showValue(fieldsOf(after.previous)?.until)
  const previous =
    after.previous === undefined
      ? 'the replaced secret works no longer'
      : `the replaced secret works until ${until ?? 'another time'}`
  return [
    ...(isKept ? [] : ['secret replaced']),
    ...(isSame(before.previous, after.previous) ? [] : [previous]),
  ]
}

function describeRouting(id: string, before: Fields | undefined, after: Fields, context: Sides): string[] {
  const [old, now] = [before?.routing, after.routing]
  if (isSame(old, now)) return []
  if (now === undefined) return ['removed']
  const find = (snapshot: Snapshot | undefined) => snapshot?.keys.find(key => key.id === id)?.routing?.route
  const sides = splitSides(context, { kind: 'key', key: id }, find)
  const [was, is] = [fieldsOf(old) ?? {}, fieldsOf(now) ?? {}]
  const [wasActive, isActive] = [was.active !== false, is.active !== false]
  const switched = wasActive === isActive ? [] : [isActive ? 'switched on' : 'switched off']
  const told = [...ROUTING_FIELDS, ...(switched.length > 0 ? ['active'] : [])]
  return [
    ...(old === undefined ? ['added'] : []),
    ...switched,
    ...describeSplit(old === undefined ? undefined : was, is, sides),
    ...describeFields(omit(was, told), omit(is, told)),
  ]
}

const ROUTING_FIELDS = ['variants', 'buckets', 'fallback_buckets']

function splitSides(
  { before, after, moves }: Sides,
  owner: SplitMove['owner'],
  find: (snapshot: Snapshot | undefined) => RouteSnapshot | undefined,
): SplitSides {
  return { before: find(before), after: find(after), move: moves.get(ownerId(owner)) }
}

function describeOrder(before: unknown, after: unknown): string[] {
  const [old, now] = [itemsOf(before), itemsOf(after)].map(items => items.map(item => idOf(item, '')))
  if (old === undefined || now === undefined) return []
  const kept = now.filter(id => old.includes(id))
  return kept.join() === old.filter(id => now.includes(id)).join() ? [] : ['listed in another order']
}

function idOf({ id }: Fields, fallback: string): string {
  return typeof id === 'string' ? id : fallback
}
