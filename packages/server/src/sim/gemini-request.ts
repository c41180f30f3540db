// The body of a request to Gemini's generateContent: what is read of it, and the names of all it may have.
import { z } from 'zod'

const schemaObject = z.record(z.string(), z.unknown())

const partSchema = z.object({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  inlineData: z.object({ mimeType: z.string(), data: z.string() }).optional(),
  fileData: z.object({ mimeType: z.string().optional(), fileUri: z.string() }).optional(),
  functionCall: z.object({ name: z.string(), args: schemaObject.optional() }).optional(),
  functionResponse: z.object({ name: z.string(), response: schemaObject }).optional(),
})

const contentSchema = z.object({ role: z.string().optional(), parts: z.array(partSchema).optional() })

const declarationSchema = z.object({
  name: z
    .string()
    .regex(/^[a-zA-Z_][\w.:-]{0,63}$/, 'Invalid function name. Must start with a letter or an underscore.'),
  parameters: schemaObject.optional(),
  parametersJsonSchema: schemaObject.optional(),
})

const configSchema = z.object({
  candidateCount: z.int().min(1).max(8).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  stopSequences: z.array(z.string()).max(5).optional(),
  responseMimeType: z.enum(['text/plain', 'application/json', 'text/x.enum']).optional(),
  responseSchema: schemaObject.optional(),
  responseJsonSchema: schemaObject.optional(),
  thinkingConfig: z
    .object({
      includeThoughts: z.boolean().optional(),
      thinkingBudget: z.int().min(-1).optional(),
      thinkingLevel: z.string().optional(),
    })
    .optional(),
})

export const geminiSchema = z.object({
  contents: z.array(contentSchema).min(1, 'contents is not specified'),
  systemInstruction: contentSchema.optional(),
  tools: z.array(z.object({ functionDeclarations: z.array(declarationSchema).optional() })).optional(),
  toolConfig: z
    .object({
      functionCallingConfig: z
        .object({
          mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']).optional(),
          allowedFunctionNames: z.array(z.string()).optional(),
        })
        .optional(),
    })
    .optional(),
  generationConfig: configSchema.optional(),
})

export const geminiCountSchema = z.object({ contents: z.array(contentSchema).min(1) })

export type GeminiBody = z.output<typeof geminiSchema>
export type GeminiContent = z.output<typeof contentSchema>
export type GeminiPart = z.output<typeof partSchema>

/** Top-level fields, as Google's API reference lists them ("models.generateContent"). */
export const GEMINI_FIELDS: readonly string[] = [
  ...Object.keys(geminiSchema.shape),
  'cachedContent',
  'safetySettings',
  'serviceTier',
  'store',
]
