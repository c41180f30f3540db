// Where a text ends: at a stop sequence, at the limit of tokens, or by itself.

export type Ended = {
  readonly pieces: readonly string[]
  readonly finish: 'stop' | 'length'
  /** The sequence that ended the text, which is not part of it. */
  readonly stopSequence: string | null
}

/** Ends one-token pieces at the first of the stop sequences, else after `limit` pieces. */
export const endText = (
  pieces: readonly string[],
  limit: number,
  stopSequences: readonly string[],
): Ended => {
  const kept = pieces.length > limit ? pieces.slice(0, limit) : pieces
  const stop = firstStop(kept, stopSequences)
  if (stop) return { pieces: cutAt(kept, stop.at), finish: 'stop', stopSequence: stop.sequence }
  return { pieces: kept, finish: kept === pieces ? 'stop' : 'length', stopSequence: null }
}

const firstStop = (pieces: readonly string[], sequences: readonly string[]) => {
  if (sequences.length === 0) return null
  const text = pieces.join('')
  const found = sequences
    .map(sequence => ({ sequence, at: sequence === '' ? -1 : text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
  return found.toSorted((one, other) => one.at - other.at)[0] ?? null
}

const cutAt = (pieces: readonly string[], at: number): string[] => {
  const kept: string[] = []
  let room = at
  for (const piece of pieces) {
    if (room <= 0) break
    kept.push(piece.slice(0, room))
    room -= piece.length
  }
  return kept
}
