// Tells the formats of traces apart by the first line that is not blank; the name of the file says nothing.
import { createReadStream } from 'node:fs'
import { linesOf } from '../../storage/text-lines.ts'
import type { TraceRow } from './arrival.ts'
import { azureColumns, readAzureCsv } from './azure-csv.ts'
import { readChatLines } from './chat-lines.ts'
import { withoutByteOrderMark } from './json-lines.ts'
import { readMooncake } from './mooncake.ts'
import { TraceError } from './trace-error.ts'

export type TraceFormat = 'azure' | 'mooncake' | 'chat'

export const traceReaders: Readonly<Record<TraceFormat, (file: string) => AsyncGenerator<TraceRow>>> = {
  azure: readAzureCsv,
  mooncake: readMooncake,
  chat: readChatLines,
}

const known =
  'expected CSV with the columns TIMESTAMP,ContextTokens,GeneratedTokens (Azure), ' +
  'JSON lines with timestamp,input_length,output_length,hash_ids (Mooncake), ' +
  'or JSON lines of chat requests with messages'

/** @throws TraceError when the first line fits no format, with what would be right */
export async function detectFormat(file: string): Promise<TraceFormat> {
  const { line, text } = await firstLine(file)
  if (text === '') throw new TraceError(file, null, `holds no requests; ${known}`)
  const format = text.startsWith('{') ? formatOfObject(text) : formatOfHeader(text)
  if (format === null) throw new TraceError(file, line, `unknown format of trace; ${known}`)
  return format
}

function formatOfObject(text: string): TraceFormat | null {
  // By name only: the reader of the format then says what is wrong with the line.
  if (text.includes('"input_length"') || text.includes('"hash_ids"')) return 'mooncake'
  return text.includes('"messages"') ? 'chat' : null
}

function formatOfHeader(text: string): TraceFormat | null {
  const columns = text.split(',').map(column => column.trim().replaceAll('"', ''))
  return azureColumns.every(column => columns.includes(column)) ? 'azure' : null
}

async function firstLine(file: string): Promise<{ readonly line: number; readonly text: string }> {
  let line = 0
  for await (const text of linesOf(createReadStream(file))) {
    line++
    const trimmed = withoutByteOrderMark(text).trim()
    if (trimmed !== '') return { line, text: trimmed }
  }
  return { line, text: '' }
}
