// Chat completions as a side of translation.
import type { ClientDialect, ProviderDialect } from '../translation/dialect.ts'
import { writeBody } from './chat-body.ts'
import { readPrompt } from './chat-prompt.ts'
import { readReply, writeReply } from './chat-reply.ts'
import { ChatStreamReader } from './chat-stream-reader.ts'
import { ChatStreamWriter } from './chat-stream-writer.ts'

/** Clients of `/v1/chat/completions` whose target speaks another format. */
export const chatClient: ClientDialect = {
  read: (body, losses) => {
    const prompt = readPrompt(body, losses)
    return {
      prompt,
      writeReply,
      writeStream: echo => new ChatStreamWriter(echo, prompt.streamUsage),
    }
  },
}

/** OpenAI and the many services that speak its format, for clients of other formats. */
export const chatProvider: ProviderDialect = {
  endpoint: 'chat',
  path: '/chat/completions',
  headers: [],
  write: (prompt, target, losses) => ({
    body: writeBody(prompt, target, losses),
    readReply,
    readStream: () => new ChatStreamReader(),
  }),
}
