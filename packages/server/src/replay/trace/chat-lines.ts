// Reads recorded chat requests: JSON lines of OpenAI chat bodies, each optionally with the `timestamp` of its arrival.
import { z } from 'zod'
import type { TraceRow } from './arrival.ts'
import { readJsonLines } from './json-lines.ts'

const error = 'expected milliseconds or an ISO 8601 time'

const timestamp = z.union([z.number(), z.iso.datetime({ offset: true, local: true, error })], { error })

const lineSchema = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string() })).min(1),
  timestamp: timestamp.optional(),
  stream: z.boolean().optional(),
  user: z.string().optional(),
})

export async function* readChatLines(file: string): AsyncGenerator<TraceRow> {
  for await (const { line, value } of readJsonLines(file, lineSchema)) {
    const { timestamp, ...body } = value
    yield { line, atMs: toMs(timestamp), prompt: { kind: 'recorded', body }, answerTokens: null }
  }
}

function toMs(timestamp: number | string | undefined): number | null {
  if (timestamp === undefined) return null
  return typeof timestamp === 'number' ? timestamp : Date.parse(timestamp)
}
