// Anthropic's messages as a format that clients and providers of other formats can be joined to.
import type { ClientDialect, ProviderDialect } from '../translation/dialect.ts'
import { writeBody } from './messages-body.ts'
import { readPrompt } from './messages-prompt.ts'
import { readReply, writeReply } from './messages-reply.ts'
import { MessagesStreamReader } from './messages-stream-reader.ts'
import { MessagesStreamWriter } from './messages-stream-writer.ts'

export const messagesClient: ClientDialect = {
  read: (body, losses) => {
    const prompt = readPrompt(body, losses)
    const forethought = prompt.reasoning?.mode === 'budget' ? 'before calls' : 'any'
    return {
      prompt,
      writeReply: (reply, echo) => writeReply(reply, echo, forethought),
      writeStream: echo => new MessagesStreamWriter(echo, forethought),
    }
  },
}

export const messagesProvider: ProviderDialect = {
  endpoint: 'messages',
  path: '/messages',
  headers: [['anthropic-version', '2023-06-01']],
  write: (prompt, target, losses) => {
    const { body, json } = writeBody(prompt, target, losses)
    return {
      body,
      readReply: answer => readReply(answer, json),
      readStream: () => new MessagesStreamReader(json),
    }
  },
}
