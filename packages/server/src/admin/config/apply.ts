// Applying a config: what is sent takes the place of what has the same id, as a whole; everything else stays, or goes.
import { isDeepStrictEqual } from 'node:util'
import type { ConfigInput, ProblemPath } from '@weir/core/config'
import type { Fields } from '../resource/written.ts'
import { isFields } from './split-places.ts'
import { type InForce, settleTables } from './tables.ts'

/** What becomes of entries that were not sent. */
export type Rest = 'stays' | 'goes'

export interface Applied {
  /** Unchecked. */
  readonly config: ConfigInput
  /** What is in force and was not sent, in words: `router chat`, `key app`, `gateway`. */
  readonly absent: readonly string[]
  /** Where something of the applied config stands in what was sent. */
  pathInSent(path: ProblemPath): ProblemPath
}

const NOUNS = { providers: 'provider', models: 'model', routers: 'router' } as const

/** Never fails: what is no config is found out by compiling. */
export function applyConfig(inForce: InForce, sent: Fields, rest: Rest): Applied {
  const before = inForce.config as Fields
  const settled = settleTables(sent, inForce)
  const gateway = settled.gateway === undefined && rest === 'stays' ? before.gateway : settled.gateway
  const sections = {
    ...settled,
    gateway,
    ...Object.fromEntries(
      Object.keys(NOUNS).map(name => [name, applyRecord(before[name], settled[name], rest)]),
    ),
    keys: applyKeys(before.keys, settled.keys, rest),
  }
  const config = asWrittenBefore(sections, before) as unknown as ConfigInput
  return {
    config,
    absent: absentFrom(sent, before),
    pathInSent: path => pathInSent(path, config, sent),
  }
}

function applyRecord(before: unknown, sent: unknown, rest: Rest): unknown {
  if (rest === 'goes' || !isFields(before)) return sent
  if (sent === undefined) return before
  return isFields(sent) ? { ...before, ...sent } : sent
}

/** Known keys keep their places, so that applying parts in turn comes to rest. */
function applyKeys(before: unknown, sent: unknown, rest: Rest): unknown {
  if (rest === 'goes' || !Array.isArray(before)) return sent
  if (sent === undefined) return before
  const wanted = idsOf(sent)
  // Without an id for each, or with one twice, it is refused: then places are told in what was sent.
  if (!Array.isArray(sent) || wanted === undefined) return sent
  const known = new Set(idsOf(before))
  const places = new Map(wanted.map((id, index) => [id, index]))
  return [
    ...(before as Fields[]).map(key => sent[places.get(key.id) ?? -1] ?? key),
    ...sent.filter((_, index) => !known.has(wanted[index])),
  ]
}

/** The ids of keys; undefined when they are not one each. */
function idsOf(keys: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(keys)) return undefined
  const ids = keys.map((key: unknown) => (isFields(key) ? key.id : undefined))
  return ids.includes(undefined) || new Set(ids).size < ids.length ? undefined : ids
}

/** A section that is empty before and after is written as it was. */
function asWrittenBefore(config: Fields, before: Fields): Fields {
  const names = ['gateway', ...Object.keys(NOUNS), 'keys']
  const kept = names.filter(name => isEmpty(config[name]) && isEmpty(before[name]))
  const entries = kept.map(name => [name, before[name]] as const)
  const written = Object.entries({ ...config, ...Object.fromEntries(entries) })
  return Object.fromEntries(written.filter(([, value]) => value !== undefined))
}

function isEmpty(section: unknown): boolean {
  return section === undefined || isDeepStrictEqual(section, {}) || isDeepStrictEqual(section, [])
}

function absentFrom(sent: Fields, before: Fields): string[] {
  const keys = new Set(idsOf(sent.keys ?? []) ?? idsOf(before.keys))
  return [
    ...(sent.gateway === undefined && !isEmpty(before.gateway) ? ['gateway'] : []),
    ...Object.entries(NOUNS).flatMap(([section, noun]) => {
      const [known, wanted] = [namesOf(before[section]), new Set(namesOf(sent[section]))]
      return known.filter(id => !wanted.has(id)).map(id => `${noun} ${id}`)
    }),
    ...(idsOf(before.keys) ?? []).filter(id => !keys.has(id)).map(id => `key ${String(id)}`),
  ]
}

function namesOf(section: unknown): string[] {
  return isFields(section) ? Object.keys(section) : []
}

/** Keys have other places in what was sent; those that were not are named by their ids. */
function pathInSent(path: ProblemPath, config: ConfigInput, sent: Fields): ProblemPath {
  const [section, index, ...inner] = path
  const wanted = sent.keys === undefined ? [] : idsOf(sent.keys)
  if (section !== 'keys' || typeof index !== 'number' || wanted === undefined) return path
  const id = config.keys?.[index]?.id ?? index
  const place = wanted.indexOf(id)
  return ['keys', place < 0 ? id : place, ...inner]
}
