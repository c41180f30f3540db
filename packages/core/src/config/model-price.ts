// What a model costs, and who says so. Without zod, because the data plane prices models that a request names itself.
import type { Price } from './model.ts'
import { presetOf } from './preset.ts'
import { listedPrice } from './price-list.ts'
import type { ProviderConfig } from './provider.ts'

/** `list`: by the shipped price list; null: nobody says, or the config says `none`. */
export type PriceSource = 'config' | 'list' | null

export interface SourcedPrice {
  readonly price: Price | null
  readonly priceSource: PriceSource
}

const UNPRICED: SourcedPrice = { price: null, priceSource: null }

/**
 * The price of a model. The config's own wins, `none` included; else the shipped list is asked, but only for the very
 * service that it is about: a preset whose base URL was changed is somebody else's.
 *
 * @param model as the provider names it; `*` is any, whose price is asked for when it has a name: its source is `list`
 */
export function priceOf(
  model: string,
  declared: Price | 'none' | undefined,
  provider: Pick<ProviderConfig, 'preset' | 'base_url'> | undefined,
): SourcedPrice {
  if (declared === 'none') return UNPRICED
  if (declared !== undefined) return { price: declared, priceSource: 'config' }
  const preset = provider?.preset
  if (preset === undefined || presetOf(preset).base_url !== provider?.base_url) return UNPRICED
  if (model === '*') return { price: null, priceSource: 'list' }
  const price = listedPrice(preset, model)
  return price === null ? UNPRICED : { price, priceSource: 'list' }
}
