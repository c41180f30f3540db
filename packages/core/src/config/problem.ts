// Problems: what is wrong with a user's config or request, as data. They are never thrown.

/** Where a problem is: keys and indexes from the root of the config or of the request body. */
export type ProblemPath = readonly (string | number)[]

/** One thing a user has to put right. */
export interface Problem {
  /** Stable, machine-readable: `weights_sum`, `unknown_model`, ... */
  readonly code: string
  readonly path: ProblemPath
  /** What is wrong and, after it, what would be right. One sentence or two, no trailing newline. */
  readonly message: string
  /** Offset in characters within the value at `path`, for values with an inner syntax (CEL). */
  readonly offset?: number
}

/** `routers.chat.routes[0].split`: how a path is written for people. */
export function formatPath(path: ProblemPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[A-Za-z0-9_-]+$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}

/** Reads what `formatPath` writes; of other text, the parts it can make out. */
export function parsePath(text: string): ProblemPath {
  return Array.from(text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|[A-Za-z0-9_-]+/g), match => {
    if (match[1] !== undefined) return Number(match[1])
    return match[2] === undefined ? match[0] : (JSON.parse(match[2]) as string)
  })
}
