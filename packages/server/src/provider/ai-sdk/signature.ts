// What a provider wants back unchanged with an earlier answer travels to the client and back in the one place that
// clients return untouched: the signature of reasoning. The prefix tells ours from a vendor's own.
import type { SharedV4ProviderMetadata } from '@ai-sdk/provider'
import { asObject, asString, parseObject } from '../json.ts'
import { markOf } from '../translation/mark.ts'
import type { LibraryTraits } from './packages.ts'

export const LIBRARY_SIGNATURE = markOf('ai-sdk')

export interface Signed {
  readonly metadata: SharedV4ProviderMetadata
  /** The tool call the metadata belongs to; undefined: the reasoning itself. */
  readonly call: string | undefined
}

/** Undefined when there is nothing to carry. */
export function signatureOf(
  metadata: SharedV4ProviderMetadata | undefined,
  traits: LibraryTraits,
  call?: string,
): string | undefined {
  if (metadata === undefined || Object.keys(metadata).length === 0) return undefined
  const own = asString(metadata[traits.namespace]?.signature)
  if (traits.anthropicSignatures !== undefined && own !== undefined) return own
  return LIBRARY_SIGNATURE + JSON.stringify({ metadata, call })
}

/** What a signature of ours holds; undefined for a vendor's own or one that was tampered with. */
export function readSignature(signature: string | undefined): Signed | undefined {
  if (signature === undefined || !signature.startsWith(LIBRARY_SIGNATURE)) return undefined
  const held = parseObject(signature.slice(LIBRARY_SIGNATURE.length))
  const metadata = asObject(held?.metadata)
  if (metadata === undefined || Object.values(metadata).some(each => asObject(each) === undefined))
    return undefined
  return { metadata: metadata as SharedV4ProviderMetadata, call: asString(held?.call) }
}
