// Every wire format the gateway can speak: the only list of them.
import { anthropic } from './anthropic/anthropic.ts'
import { openai } from './openai/openai.ts'
import type { WireFormats } from './wire-format.ts'

export const wireFormats: WireFormats = {
  byName: { openai, anthropic },
  endpoints: new Map(
    [openai, anthropic].flatMap(format => format.endpoints.map(endpoint => [endpoint.path, endpoint])),
  ),
}
