// What a client of the control API knows of the state: the entries that it has made, as it wrote them.
import type { Fields } from './control-client.ts'

export const KINDS = ['providers', 'models', 'routers', 'keys', 'tokens'] as const
export type Kind = (typeof KINDS)[number]

export interface Entry {
  /** As they were written, without the id and what is never shown. */
  readonly fields: Fields
  /** Of the entry as it is; empty for tokens, which are not changed. */
  readonly etag: string
}

export type ControlModel = Readonly<Record<Kind, Map<string, Entry>>>

export const pathOf = (kind: Kind) => `/api/v1/${kind}`

/** Without the digest of a key, which is written and never shown. */
export function shownFields(kind: Kind, { digest, ...fields }: Fields): Fields {
  return kind === 'keys' || digest === undefined ? fields : { ...fields, digest }
}

/** One of the ids, or undefined when there is none. */
export function pickId(model: ControlModel, kind: Kind, pick: number): string | undefined {
  const ids = [...model[kind].keys()]
  return ids.length === 0 ? undefined : ids[pick % ids.length]
}

/** The state with one entry replaced, or without it. */
export function withEntry(
  model: ControlModel,
  kind: Kind,
  id: string,
  fields: Fields | undefined,
): ControlModel {
  const entries = new Map(model[kind])
  if (fields === undefined) entries.delete(id)
  else entries.set(id, { fields, etag: '' })
  return { ...model, [kind]: entries }
}

/** Models that a variant can use: declared one by one, and enabled. */
export function usableModels(model: ControlModel): string[] {
  return [...model.models].flatMap(([id, { fields }]) =>
    fields.enabled === false || id.endsWith('/*') ? [] : [id],
  )
}

/** Those that can be asked for whatever OpenAI's format can say: not OpenAI's own, and with nothing known of them. */
export function openaiModels(model: ControlModel): string[] {
  return usableModels(model).filter(id => {
    const { capabilities } = model.models.get(id)?.fields ?? {}
    const { type, preset } = model.providers.get(providerOf(id))?.fields ?? {}
    return type === 'openai' && preset === undefined && capabilities === undefined
  })
}

/** Whether everything that an entry refers to is there, and somebody may still make tokens. */
export function isSound(model: ControlModel): boolean {
  return (
    [...model.tokens.values()].some(({ fields }) => fields.role === 'admin') &&
    [...model.models.keys()].every(id => model.providers.has(providerOf(id))) &&
    [...model.routers.values()].every(({ fields }) => variantsOf(fields).every(id => isUsable(model, id))) &&
    [...model.keys.values()].every(({ fields }) => isSoundKey(model, fields))
  )
}

function isSoundKey(model: ControlModel, fields: Fields): boolean {
  const {
    router,
    default_provider,
    allow = [],
    routing,
  } = fields as {
    readonly router?: string
    readonly default_provider?: string
    readonly allow?: readonly string[]
    readonly routing?: { readonly variants: readonly { readonly model: string }[] }
  }
  return (
    (router === undefined || model.routers.has(router)) &&
    (default_provider === undefined || model.providers.has(default_provider)) &&
    allow.every(name => model.routers.has(name) || find(model, name) !== undefined) &&
    (routing?.variants ?? []).every(variant => isUsable(model, variant.model))
  )
}

function isUsable(model: ControlModel, id: string): boolean {
  const found = find(model, id)
  return found !== undefined && found.fields.enabled !== false
}

/** The model that a name stands for: itself, or all others of its provider. */
function find({ models }: ControlModel, id: string): Entry | undefined {
  return models.get(id) ?? models.get(`${providerOf(id)}/*`)
}

export const providerOf = (model: string) => model.slice(0, model.indexOf('/'))

interface Route {
  readonly split: { readonly variants: readonly { readonly model: string }[] }
}

function variantsOf(router: Fields): string[] {
  const { routes = [], default_route } = router as {
    readonly routes?: readonly Route[]
    readonly default_route?: Route
  }
  const all = default_route === undefined ? routes : [...routes, default_route]
  return all.flatMap(({ split }) => split.variants.map(variant => variant.model))
}
