// What a store does not have of what is served, and who says so.

/** Actor of what the program publishes by itself. */
export const PROGRAM = 'weir'
/** Actor of what a managing file publishes. */
export const FILE = 'file'

/**
 * What has to become a new revision, since the newest in the store is not what was served last; undefined when it is,
 * or came after it.
 */
export function findUnrecorded<Revision extends { readonly number: number }>(
  newest: Revision | undefined,
  served: Revision,
): { readonly next: Revision; readonly reason: string } | undefined {
  if (newest === undefined)
    return { next: served, reason: `the database was gone; revision ${served.number} was served last` }
  if (newest.number >= served.number) return undefined
  const reason = `the database was put back to revision ${newest.number}; revision ${served.number} was served last`
  return { next: newest, reason }
}
