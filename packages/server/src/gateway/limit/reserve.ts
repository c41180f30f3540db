// Stage 2, second part: once it is known who may answer, whether the key's tokens and money suffice.
import type { ActiveVariant } from '@weir/core/routing'
import type { Exchange } from '../exchange.ts'
import type { Body } from '../read.ts'
import type { Refusal } from '../refusal.ts'
import { estimateTokens } from './need.ts'

/** The targets the request may be sent to; a Refusal when a limit of its key is reached. */
export function reserve(
  exchange: Exchange,
  body: Body,
  plan: readonly ActiveVariant[],
): readonly ActiveVariant[] | Refusal {
  exchange.promptTokens = estimateTokens(body.bytes)
  if (exchange.spending === null) return plan
  const output = exchange.endpoint?.name === 'embeddings' ? 'none' : 'text'
  return exchange.spending.reserve({ json: body.json, input: exchange.promptTokens, output }, plan)
}
