// What OpenAI's data-only streams share: the error that can stand where a chunk would.
import { errorBody, errorOfStatus } from './error.ts'

const ERROR_FRAME = `data: ${JSON.stringify(errorBody('openai', errorOfStatus(500), ''))}\n\n`

export const openaiErrorFrame = (): string => ERROR_FRAME
