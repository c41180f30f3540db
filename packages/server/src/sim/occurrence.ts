// Numbers identical requests, so that a retry draws anew while the first draw does not depend on the order of arrival.
import { hash } from 'node:crypto'

export type Occurrences = {
  /** A text naming this request: the same for the n-th identical one since the start, whatever came between. */
  identify(method: string, path: string, body: Uint8Array): string
}

/** Past `limit` distinct requests the one first seen longest ago is forgotten, and would count from 1 again. */
export const countOccurrences = (limit = 100_000): Occurrences => {
  const counts = new Map<string, number>()
  return {
    identify: (method, path, body) => {
      const request = `${method} ${path} ${hash('sha256', body, 'base64')}`
      const count = (counts.get(request) ?? 0) + 1
      counts.set(request, count)
      if (counts.size > limit) forgetOldest(counts)
      return `${request} ${count}`
    },
  }
}

const forgetOldest = (counts: Map<string, number>) => {
  for (const oldest of counts.keys()) {
    counts.delete(oldest)
    return
  }
}
