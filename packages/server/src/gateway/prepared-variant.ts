// What calling one variant at one provider always needs, worked out once per publish instead of once per request.
import type { ActiveVariant } from '@weir/core/routing'
import type { BodyEdit, JsonObject } from '../provider/wire-format.ts'
import type { Upstream } from './targets.ts'

export interface PreparedVariant {
  /** Headers of the provider and the variant, as a flat list; they replace the client's of the same name. */
  readonly headers: readonly string[]
  readonly headerNames: ReadonlySet<string>
  /** Sets the model's name and the variant's parameters. */
  readonly edits: readonly BodyEdit[]
  /** The variant's parameters as values, for bodies that are written anew. */
  readonly parameters: JsonObject
}

/** The prepared form, kept as long as the variant is. */
export function prepareVariant(upstream: Upstream, variant: ActiveVariant): PreparedVariant {
  let prepared = upstream.prepared.get(variant)
  if (prepared === undefined) {
    prepared = prepare(upstream, variant)
    upstream.prepared.set(variant, prepared)
  }
  return prepared
}

function prepare(upstream: Upstream, variant: ActiveVariant): PreparedVariant {
  const headers = new Map<string, string>()
  const add = (name: string, value: string) => headers.set(name.toLowerCase(), value)
  const own = upstream.headers ?? []
  for (let i = 0; i < own.length; i += 2) add(own[i] as string, own[i + 1] as string)
  for (const [name, value] of Object.entries(variant.settings?.headers ?? {})) add(name, value)
  // Answers are asked for unencoded, because the tap has to read them.
  add('accept-encoding', 'identity')
  const parameters = Object.entries(variant.settings?.parameters ?? {})
  return {
    headers: [...headers].flat(),
    headerNames: new Set(headers.keys()),
    edits: [
      { kind: 'set', key: 'model', json: JSON.stringify(variant.target.model) },
      ...parameters.map(([key, json]) => ({ kind: 'set' as const, key, json })),
    ],
    parameters: Object.fromEntries(parameters.map(([key, json]) => [key, JSON.parse(json) as unknown])),
  }
}
