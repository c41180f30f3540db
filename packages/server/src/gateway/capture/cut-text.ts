// The beginning of a text, as a text of its own.

/**
 * At most so many bytes of UTF-8, and no half characters. It is copied: a piece of a string keeps all of it in memory.
 */
export function cutText(text: string, bytes: number): string {
  const all = Buffer.from(text)
  let end = Math.min(bytes, all.length)
  while (end < all.length && end > 0 && isContinuation(all[end] as number)) end--
  return all.toString('utf8', 0, end)
}

function isContinuation(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000
}
