// What OpenAI's data-only streams share: the error that can stand where a chunk would.
import { errorBody, errorOfStatus } from './error.ts'

export const openaiErrorFrame = (_sent: number, status = 500): string =>
  `data: ${JSON.stringify(errorBody('openai', errorOfStatus(status), ''))}\n\n`
