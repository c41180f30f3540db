// The mark on what we put where clients keep reasoning for their next turn. That turn may go to another vendor, who
// would refuse what is not its own: what is marked is taken out before. Only Anthropic's own signatures go unmarked.

/** What all that we write in place of a vendor's signature or encrypted content begins with. */
const MARK = 'weir:'

/** Stands in the text of a JSON body that holds something marked. */
export const MARK_IN_JSON = `"${MARK}`

/** In place of a signature: nobody has signed the reasoning. */
export const UNSIGNED = `${MARK}unsigned`

/** What marks of one kind begin with. */
export function markOf<K extends string>(kind: K): `${typeof MARK}${K}:` {
  return `${MARK}${kind}:`
}

export function isMarked(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(MARK)
}
