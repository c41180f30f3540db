// `defaults` of a router and what its variants say themselves. The config knows only what holds of each variant, so
// that a router is written with its defaults applied, and read with them taken out again.
import type { GenerationConfig, Inherited } from './router.ts'
import { compact } from './silence.ts'

/** What holds of a variant: its own word first, of the generation config field by field. */
export function inheritedBy(own: Inherited, defaults: Inherited): Inherited {
  const message_templates = own.message_templates ?? defaults.message_templates
  const config = { ...defaults.text_generation_config, ...own.text_generation_config }
  return {
    ...(message_templates !== undefined && { message_templates }),
    ...(Object.keys(config).length > 0 && { text_generation_config: config }),
  }
}

/** What of the defaults holds of a variant or is replaced in it: a default that it has nothing of is none any more. */
export function defaultsHeldBy(variants: readonly Inherited[], defaults: Inherited): Inherited | undefined {
  const hasTemplates = variants.every(variant => variant.message_templates !== undefined)
  const config = Object.entries(defaults.text_generation_config ?? {}).filter(([name]) =>
    variants.every(variant => Object.hasOwn(variant.text_generation_config ?? {}, name)),
  )
  return compact({
    message_templates: hasTemplates ? defaults.message_templates : undefined,
    text_generation_config: Object.fromEntries(config) as GenerationConfig,
  })
}

/** What a variant has to say itself, so that it and the defaults make what holds of it. */
export function withoutDefaults(effective: Inherited, defaults: Inherited): Inherited | undefined {
  const { message_templates, text_generation_config = {} } = effective
  const common: Readonly<Record<string, unknown>> = { ...defaults.text_generation_config }
  const own = Object.entries(text_generation_config).filter(([name, value]) => !isSame(value, common[name]))
  return compact({
    message_templates: isSame(message_templates, defaults.message_templates) ? undefined : message_templates,
    text_generation_config: Object.fromEntries(own) as GenerationConfig,
  })
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const other: ReadonlyMap<string, unknown> = new Map(Object.entries(b))
  const entries = Object.entries(a)
  return entries.length === other.size && entries.every(([name, value]) => isSame(value, other.get(name)))
}
