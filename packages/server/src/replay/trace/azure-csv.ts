// Reads the Azure LLM inference traces: CSV with the columns TIMESTAMP, ContextTokens, GeneratedTokens, in any order.
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { TraceRow } from './arrival.ts'
import { parseAzureTime } from './azure-time.ts'
import { TraceError } from './trace-error.ts'

export const azureColumns = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] as const

type Column = (typeof azureColumns)[number]

interface ParsedLine {
  readonly record: Readonly<Record<Column, string>>
  readonly info: { readonly lines: number }
}

export async function* readAzureCsv(file: string): AsyncGenerator<TraceRow> {
  const handle = await open(file)
  const parser = parse({ bom: true, columns: true, info: true, trim: true, skip_empty_lines: true })
  // The callback only says that errors are taken: the loop below meets each of them as a rejection.
  pipeline(handle.createReadStream(), parser, () => undefined)
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedLine>)
      yield toRow(file, record, info.lines)
  } catch (error) {
    throw error instanceof CsvError ? new TraceError(file, lineOf(error), error.message) : error
  }
}

function toRow(file: string, record: ParsedLine['record'], line: number): TraceRow {
  const atMs = parseAzureTime(record.TIMESTAMP)
  if (atMs === null) {
    const shown = JSON.stringify(record.TIMESTAMP)
    throw new TraceError(file, line, `TIMESTAMP: ${shown} is not a time like 2023-11-16 18:15:46.6805900`)
  }
  const tokens = parseTokens(file, line, 'ContextTokens', record.ContextTokens)
  const answerTokens = parseTokens(file, line, 'GeneratedTokens', record.GeneratedTokens)
  return { line, atMs, prompt: { kind: 'length', tokens }, answerTokens }
}

function parseTokens(file: string, line: number, column: Column, text: string): number {
  const tokens = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(tokens) && tokens >= 1) return tokens
  throw new TraceError(file, line, `${column}: ${JSON.stringify(text)} is not a whole number of at least 1`)
}

function lineOf(error: CsvError): number | null {
  return typeof error['lines'] === 'number' ? error['lines'] : null
}
