// What the parts of a prompt are written with.
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { Losses } from '../translation/loss.ts'
import type { JsonObject } from '../wire-format.ts'
import type { LibraryTraits } from './packages.ts'

export interface Context {
  readonly model: string
  readonly traits: LibraryTraits
  /** URLs that the provider fetches itself, by media type. */
  readonly supportedUrls: Readonly<Record<string, readonly RegExp[]>>
  readonly losses: Losses
}

interface Cacheable {
  readonly cacheControl?: JsonObject
}

interface Options {
  providerOptions?: SharedV4ProviderOptions
}

/** The options of one part: its cache mark, where the provider knows one, and `own`. */
export function optionsOf(part: Cacheable, context: Context, own: JsonObject = {}): Options {
  const all = { ...own, ...cacheOptions(part, context) }
  if (Object.keys(all).length === 0) return {}
  return { providerOptions: { [context.traits.namespace]: all } as SharedV4ProviderOptions }
}

function cacheOptions({ cacheControl }: Cacheable, { traits, losses }: Context): JsonObject {
  if (cacheControl === undefined) return {}
  if (traits.cachePoint !== undefined) return traits.cachePoint(cacheControl as never)
  losses.hint('cache_control')
  return {}
}
