// OpenAI's audio: speech answers bytes (noise behind the right magic number), transcription answers text.
import { z } from 'zod'
import { type Answer, bytesAnswer, jsonAnswer } from './answer.ts'
import { readForm } from './body.ts'
import { callModel, type Handler, type ModelCall, modelEndpoint } from './endpoint.ts'
import { answerWith, drawPace, type Generation, PLAIN_ASK } from './generation.ts'
import { missingParameter } from './invalid.ts'
import { countTokens } from './text.ts'

const MEDIA = {
  mp3: { type: 'audio/mpeg', magic: 'ID3' },
  opus: { type: 'audio/ogg', magic: 'OggS' },
  aac: { type: 'audio/aac', magic: '\xff\xf1' },
  flac: { type: 'audio/flac', magic: 'fLaC' },
  wav: { type: 'audio/wav', magic: 'RIFF' },
  pcm: { type: 'audio/pcm', magic: '' },
} as const

const speechSchema = z.object({
  model: z.string(),
  input: z.string().min(1).max(4096),
  voice: z.union([z.string(), z.object({ id: z.string() })]),
  response_format: z.enum(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']).nullish(),
})

/** About what a word takes as 64 kbit/s speech. */
const BYTES_PER_WORD = 3200

export const speechEndpoint = modelEndpoint(speechSchema, (call, body) => {
  const { type, magic } = MEDIA[body.response_format ?? 'mp3']
  const words = countTokens(body.input)
  const noise = Buffer.from(Array.from({ length: BYTES_PER_WORD }, () => call.random.below(256)))
  const bytes = Buffer.alloc(words * BYTES_PER_WORD, noise)
  bytes.write(magic, 'latin1')
  const { firstTokenMs, tokenMs } = drawPace(call)
  return bytesAnswer(bytes, type, firstTokenMs + words * tokenMs)
})

export const transcriptionsEndpoint: Handler = async call => {
  const fail = (answer: Answer) => ({ answer, directives: call.directives })
  const read = await readForm(call.request.headers['content-type'], call.request.body)
  if (read.kind === 'error') return fail(read)
  const file = read.body.get('file')
  const model = read.body.get('model')
  if (!(file instanceof File)) return fail(missingParameter('file'))
  if (typeof model !== 'string') return fail(missingParameter('model'))
  const format = read.body.get('response_format')
  return callModel(call, model, 'whole', ready =>
    transcribe(ready, file, format === 'text' ? 'text' : 'json'),
  )
}

/** Heard at 16 bytes a millisecond, two tokens a second, at least one. */
const transcribe = (call: ModelCall, file: File, format: 'text' | 'json'): Answer => {
  const ask = { ...PLAIN_ASK, inputTokens: Math.ceil(file.size / 8000), maxTokens: undefined }
  return answerWith(call, ask, generation => transcription(generation, format))
}

const transcription = ({ outputs, usage, totalMs }: Generation, format: 'text' | 'json'): Answer => {
  const text = outputs.flatMap(output => output.pieces).join('')
  if (format === 'text') return bytesAnswer(Buffer.from(`${text}\n`), 'text/plain; charset=utf-8', totalMs)
  if (!usage) return jsonAnswer({ text }, totalMs)
  const { input, output } = usage
  const counts = { type: 'tokens', input_tokens: input, output_tokens: output, total_tokens: input + output }
  return jsonAnswer({ text, usage: counts }, totalMs)
}
