// Reasoning of other vendors, inside `encrypted_content` of a reasoning item: a client sends the item back as it came,
// and a vendor that wants its signature back gets it.
import { asArray, asObject } from '../json.ts'
import { isMarked, MARK_IN_JSON, markOf, UNSIGNED } from '../translation/mark.ts'
import type { ForeignReasoning } from '../wire-format.ts'

const SIGNATURE = markOf('signature')
const REDACTED = markOf('redacted')

/** `redacted` is reasoning that nobody else can read; of the others the text stands in the item's summary. */
export type Sealed =
  | { readonly kind: 'signature'; readonly signature: string }
  | { readonly kind: 'redacted'; readonly data: string }
  | { readonly kind: 'unsigned' }

export function seal(sealed: Sealed): string {
  switch (sealed.kind) {
    case 'signature':
      return SIGNATURE + sealed.signature
    case 'redacted':
      return REDACTED + sealed.data
    case 'unsigned':
      return UNSIGNED
  }
}

/** Undefined for content that `seal` did not write, which only OpenAI can read. */
export function unseal(content: string | undefined): Sealed | undefined {
  if (content === UNSIGNED) return { kind: 'unsigned' }
  if (content?.startsWith(REDACTED)) return { kind: 'redacted', data: content.slice(REDACTED.length) }
  if (!content?.startsWith(SIGNATURE)) return undefined
  return { kind: 'signature', signature: content.slice(SIGNATURE.length) }
}

/** Reasoning items of other vendors, whose content OpenAI could not decrypt. */
export const foreignItems: ForeignReasoning = {
  mark: MARK_IN_JSON,
  find: ({ input }) => asArray(input).flatMap((item, index) => (isForeign(item) ? [['input', index]] : [])),
}

function isForeign(item: unknown): boolean {
  const { type, encrypted_content: content } = asObject(item) ?? {}
  return type === 'reasoning' && isMarked(content)
}
