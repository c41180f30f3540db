// OpenAI's embeddings: unit vectors that depend on seed, model and text only.
import { z } from 'zod'
import { jsonAnswer } from './answer.ts'
import { countPrompt } from './completions.ts'
import { standardNormal } from './distribution.ts'
import { modelEndpoint } from './endpoint.ts'
import { contextLengthExceeded } from './error.ts'
import { drawPace } from './generation.ts'
import { randomFrom } from './random.ts'

const embeddingSchema = z.object({
  model: z.string(),
  input: z.union([
    z.string().min(1),
    z.array(z.string().min(1)).min(1).max(2048),
    z.array(z.int()).min(1),
    z.array(z.array(z.int()).min(1)).min(1).max(2048),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).max(4096).nullish(),
})

const DEFAULT_DIMENSIONS = 1536

export const embeddingsEndpoint = modelEndpoint(embeddingSchema, (call, body) => {
  const tokens = countPrompt(body.input)
  const limit = call.model.context_window
  if (tokens > limit) return contextLengthExceeded(call.wire, limit, tokens)
  const dimensions = body.dimensions ?? DEFAULT_DIMENSIONS
  const data = inputsOf(body.input).map((input, index) => {
    const vector = unitVector(`${call.sim.config.seed} ${call.modelName} ${input}`, dimensions)
    return {
      object: 'embedding',
      index,
      embedding: body.encoding_format === 'base64' ? packBase64(vector) : vector,
    }
  })
  const answer = { object: 'list', data, model: call.modelName }
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  const sent = call.directives.usage === 'none' ? answer : { ...answer, usage }
  return jsonAnswer(sent, drawPace(call).firstTokenMs)
})

const inputsOf = (input: z.output<typeof embeddingSchema>['input']): string[] => {
  if (typeof input === 'string') return [input]
  if (typeof input[0] === 'number') return [input.join(' ')]
  return input.map(part => (Array.isArray(part) ? part.join(' ') : String(part)))
}

/** Normal components, scaled: the direction is uniform on the sphere. */
const unitVector = (text: string, dimensions: number): number[] => {
  const random = randomFrom(text)
  const vector = Array.from({ length: dimensions }, () => standardNormal(random))
  const length = Math.hypot(...vector)
  return vector.map(component => component / length)
}

/** Little-endian 32-bit floats, as the API packs them. */
const packBase64 = (vector: readonly number[]): string => {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, component] of vector.entries()) bytes.writeFloatLE(component, index * 4)
  return bytes.toString('base64')
}
