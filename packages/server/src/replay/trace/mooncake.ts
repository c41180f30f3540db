// Reads the Mooncake traces: JSON lines of arrival time, lengths, and the ids of the prompt's 512-token prefix blocks.
import { z } from 'zod'
import type { TraceRow } from './arrival.ts'
import { readJsonLines } from './json-lines.ts'
import { TraceError } from './trace-error.ts'

/** Tokens of a prefix block, fixed by the format. */
export const blockTokens = 512

const lineSchema = z.object({
  timestamp: z.number(),
  input_length: z.int().min(1),
  output_length: z.int().min(1),
  hash_ids: z.array(z.int().min(0)),
})

export async function* readMooncake(file: string): AsyncGenerator<TraceRow> {
  for await (const { line, value } of readJsonLines(file, lineSchema)) {
    const wanted = Math.ceil(value.input_length / blockTokens)
    if (value.hash_ids.length !== wanted) {
      const has = value.hash_ids.length
      throw new TraceError(
        file,
        line,
        `hash_ids: ${has} blocks, but input_length ${value.input_length} has ${wanted}`,
      )
    }
    const prompt = { kind: 'blocks', tokens: value.input_length, blocks: value.hash_ids } as const
    yield { line, atMs: value.timestamp, prompt, answerTokens: value.output_length }
  }
}
