// Lines that are JSON to us and not to DuckDB: an escape of half a character, which a client's metadata may hold.
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { linesOf } from '../text-lines.ts'

export interface Repaired {
  /** Lines that are no JSON object, as a crash can leave them; they are left out. */
  readonly torn: number
  /** Lines longer than may be; they are left out. */
  readonly oversize: readonly string[]
}

/**
 * Copies the lines that are JSON objects; halves of surrogate pairs become U+FFFD in them.
 *
 * @param longest - characters that a line may have
 */
export async function repairLines(source: string, target: string, longest: number): Promise<Repaired> {
  const oversize: string[] = []
  let torn = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const line of linesOf(createReadStream(source))) {
      if (line.trim() === '') continue
      if (!isObject(line)) torn++
      else if (line.length > longest) oversize.push(line)
      else yield `${wellFormed(line)}\n`
    }
  }
  await pipeline(lines, createWriteStream(target, { mode: 0o600 }))
  return { torn, oversize }
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** A pair, a half of one, any other escape: taken one after the other, so that `\\ud800` is a backslash and text. */
const ESCAPE =
  /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[dD][89a-fA-F][\da-fA-F]{2}|\\[^]/g
const HALF_LENGTH = '\\ud800'.length

function wellFormed(line: string): string {
  return line.replace(ESCAPE, escape =>
    escape.length === HALF_LENGTH && escape.startsWith('\\u') ? '\\ufffd' : escape,
  )
}
