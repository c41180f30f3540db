// Clients of the Responses API whose target has none.
import type { ClientDialect } from '../translation/dialect.ts'
import { readPrompt } from './responses-prompt.ts'
import { writeReply } from './responses-reply.ts'
import { ResponseWriter } from './responses-stream.ts'

/**
 * Nothing is stored: `GET /v1/responses/{id}` does not find a translated response, and `previous_response_id`,
 * `conversation`, item references and prompt templates, which build on what is stored, are demands.
 */
export const responsesClient: ClientDialect = {
  read: (body, losses) => ({
    prompt: readPrompt(body, losses),
    writeReply: (reply, echo) => writeReply(body, reply, echo),
    writeStream: echo => new ResponseWriter(body, echo),
  }),
}
