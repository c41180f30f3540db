// Every wire format the gateway can speak: the only list of them.
import { anthropic } from './anthropic/anthropic.ts'
import type { OpenLibraryProvider } from './library.ts'
import { openai } from './openai/openai.ts'
import type { WireFormats } from './wire-format.ts'

export const wireFormats: WireFormats = {
  byName: { openai, anthropic },
  endpoints: new Map(
    [openai, anthropic].flatMap(format => format.endpoints.map(endpoint => [endpoint.path, endpoint])),
  ),
  collections: new Set([openai, anthropic].flatMap(format => format.collections)),
}

/** Providers of any other wire format; loaded only when one is configured. */
export const openLibraryProvider: OpenLibraryProvider = async (config, secret) => {
  const library = await import('./ai-sdk/open.ts')
  return library.openLibraryProvider(config, secret)
}
