// What a condition can ask about a request. Names and types only: the gateway supplies the values.

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const

export type Weekday = (typeof WEEKDAYS)[number]

/**
 * The attributes of one request.
 *
 * Any object with these properties will do; a condition reads only those it names, each when it comes to it, so a
 * class may compute the dear ones in getters. `undefined` means not known: the condition is then false and its
 * outcome names the attribute. Keys of `metadata` are also top-level names, unless a built-in attribute has the name.
 */
export interface Attributes {
  readonly model: string
  readonly endpoint: string
  readonly stream: boolean
  readonly has_tools: boolean
  readonly has_images: boolean
  /** Tokens; a whole number. */
  readonly prompt_tokens_estimate: number | bigint
  /** Client-supplied, as parsed from JSON: its numbers are CEL doubles, which compare with ints as numbers do. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly key: {
    readonly id: string
    readonly tags: readonly string[]
    readonly tenant: string | undefined
  }
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly device: {
    readonly type: string | undefined
    readonly os: string | undefined
    readonly browser: string | undefined
  }
  readonly region: string | undefined
  /** In the router's time zone. `hour` is 0..23. */
  readonly now: { readonly hour: number | bigint; readonly weekday: Weekday }
  readonly unit: { readonly kind: string; readonly id: string }
}

export type BuiltInName = keyof Attributes

/** The CEL type of each built-in attribute; an object lists the fields of a record. */
export const BUILT_IN_TYPES = {
  model: 'string',
  endpoint: 'string',
  stream: 'bool',
  has_tools: 'bool',
  has_images: 'bool',
  prompt_tokens_estimate: 'int',
  metadata: 'map<string, dyn>',
  key: { id: 'string', tags: 'list<string>', tenant: 'string' },
  headers: 'map<string, string>',
  device: { type: 'string', os: 'string', browser: 'string' },
  region: 'string',
  now: { hour: 'int', weekday: 'string' },
  unit: { kind: 'string', id: 'string' },
} as const satisfies Record<BuiltInName, string | Readonly<Record<string, string>>>

/** Names that a metadata key cannot take at top level: `metadata.model` is not `model`. */
export const BUILT_IN_ATTRIBUTES: ReadonlySet<string> = new Set(Object.keys(BUILT_IN_TYPES))

/** The fields of a record attribute such as `key`, with their CEL types. */
export function recordFields(name: string): Readonly<Record<string, string>> | undefined {
  if (!isBuiltIn(name)) return undefined
  const type = BUILT_IN_TYPES[name]
  return typeof type === 'string' ? undefined : type
}

/** The CEL type of `name`, or of its field. */
export function builtInType(name: string, field?: string): string | undefined {
  if (field !== undefined) return recordFields(name)?.[field]
  const type = isBuiltIn(name) ? BUILT_IN_TYPES[name] : undefined
  return typeof type === 'string' ? type : undefined
}

export function isBuiltIn(name: string): name is BuiltInName {
  return BUILT_IN_ATTRIBUTES.has(name)
}
