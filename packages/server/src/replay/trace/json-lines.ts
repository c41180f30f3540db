// Reads a file of one JSON object per line, a line at a time, checking each against a schema.
import { createReadStream } from 'node:fs'
import type { z } from 'zod'
import { linesOf } from '../../storage/text-lines.ts'
import { TraceError } from './trace-error.ts'

interface JsonLine<T> {
  readonly line: number
  readonly value: T
}

/** @throws TraceError at the first line that is not JSON or does not fit the schema; blank lines are skipped */
export async function* readJsonLines<T>(file: string, schema: z.ZodType<T>): AsyncGenerator<JsonLine<T>> {
  let line = 0
  for await (const text of linesOf(createReadStream(file))) {
    line++
    const trimmed = line === 1 ? withoutByteOrderMark(text).trim() : text.trim()
    if (trimmed !== '') yield { line, value: parseLine(file, line, trimmed, schema) }
  }
}

export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function parseLine<T>(file: string, line: number, text: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(file, line, text))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(issue => {
    const path = issue.path.join('.')
    return path === '' ? issue.message : `${path}: ${issue.message}`
  })
  throw new TraceError(file, line, problems.join('; '))
}

function parseJson(file: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new TraceError(file, line, `not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
