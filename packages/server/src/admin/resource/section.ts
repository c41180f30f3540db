// The sections of a config that hold entries with ids, all in one way: providers, models and routers are records, keys
// are a list.
import type { ConfigInput } from '@weir/core/config'
import type { Fields } from './written.ts'

export interface Section {
  /** What one entry is called: `router`. */
  readonly noun: string
  /** Id and entry, in the order of the config. */
  list(config: ConfigInput): readonly (readonly [id: string, entry: Fields])[]
  get(config: ConfigInput, id: string): Fields | undefined
  /** The config with this entry, in its place or at the end. */
  set(config: ConfigInput, id: string, entry: Fields): ConfigInput
  remove(config: ConfigInput, id: string): ConfigInput
}

export function recordSection(noun: string, name: 'providers' | 'models' | 'routers'): Section {
  const entriesOf = (config: ConfigInput) => (config[name] ?? {}) as Readonly<Record<string, Fields>>
  return {
    noun,
    list: config => Object.entries(entriesOf(config)),
    get: (config, id) => (Object.hasOwn(entriesOf(config), id) ? entriesOf(config)[id] : undefined),
    set: (config, id, entry) => withSection(config, name, { ...entriesOf(config), [id]: entry }),
    remove: (config, id) => {
      const others = Object.entries(entriesOf(config)).filter(([other]) => other !== id)
      return withSection(config, name, Object.fromEntries(others))
    },
  }
}

const keysOf = (config: ConfigInput) => (config.keys ?? []) as readonly (Fields & { readonly id: string })[]

export const keySection: Section = {
  noun: 'key',
  list: config => keysOf(config).map(({ id, ...key }) => [id, key]),
  get: (config, id) => {
    const found = keysOf(config).find(key => key.id === id)
    if (found === undefined) return undefined
    const { id: _, ...key } = found
    return key
  },
  set: (config, id, entry) => {
    const keys = keysOf(config)
    const written = { id, ...entry }
    const isKnown = keys.some(key => key.id === id)
    return withSection(
      config,
      'keys',
      isKnown ? keys.map(key => (key.id === id ? written : key)) : [...keys, written],
    )
  },
  remove: (config, id) =>
    withSection(
      config,
      'keys',
      keysOf(config).filter(key => key.id !== id),
    ),
}

/** Compiling finds whatever is wrong with an entry. */
function withSection(config: ConfigInput, name: keyof ConfigInput, section: unknown): ConfigInput {
  return { ...config, [name]: section }
}
