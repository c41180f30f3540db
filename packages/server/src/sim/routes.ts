// The table of endpoints: method, path, wire format of its errors, handler.
import { speechEndpoint, transcriptionsEndpoint } from './audio.ts'
import { chatEndpoint } from './chat.ts'
import { completionsEndpoint } from './completions.ts'
import {
  createContainerEndpoint,
  createConversationEndpoint,
  deleteContainerEndpoint,
  deleteConversationEndpoint,
  getContainerEndpoint,
  getConversationEndpoint,
} from './conversations.ts'
import { embeddingsEndpoint } from './embeddings.ts'
import type { Handler } from './endpoint.ts'
import { type ErrorAnswer, errorAnswer, type WireFormat } from './error.ts'
import {
  deleteFileEndpoint,
  getFileContentEndpoint,
  getFileEndpoint,
  listFilesEndpoint,
  uploadFileEndpoint,
} from './files.ts'
import {
  countGeminiTokensEndpoint,
  generateContentEndpoint,
  streamGenerateContentEndpoint,
} from './gemini.ts'
import { countTokensEndpoint, messagesEndpoint } from './messages.ts'
import {
  getGeminiModelEndpoint,
  getModelEndpoint,
  listGeminiModelsEndpoint,
  listModelsEndpoint,
} from './models.ts'
import { deleteResponseEndpoint, getResponseEndpoint, responsesEndpoint } from './responses.ts'

/** `{id}` stands for one path segment, or for all that follows where ids may hold slashes (`{id...}`). */
type Route = readonly [method: string, path: string, wire: WireFormat, handler: Handler]

const ROUTES: readonly Route[] = [
  ['POST', '/v1/chat/completions', 'openai', chatEndpoint],
  ['POST', '/v1/completions', 'openai', completionsEndpoint],
  ['POST', '/v1/embeddings', 'openai', embeddingsEndpoint],
  ['POST', '/v1/responses', 'openai', responsesEndpoint],
  ['GET', '/v1/responses/{id}', 'openai', getResponseEndpoint],
  ['DELETE', '/v1/responses/{id}', 'openai', deleteResponseEndpoint],
  ['POST', '/v1/conversations', 'openai', createConversationEndpoint],
  ['GET', '/v1/conversations/{id}', 'openai', getConversationEndpoint],
  ['DELETE', '/v1/conversations/{id}', 'openai', deleteConversationEndpoint],
  ['POST', '/v1/containers', 'openai', createContainerEndpoint],
  ['GET', '/v1/containers/{id}', 'openai', getContainerEndpoint],
  ['DELETE', '/v1/containers/{id}', 'openai', deleteContainerEndpoint],
  ['GET', '/v1/models', 'openai', listModelsEndpoint],
  ['GET', '/v1/models/{id...}', 'openai', getModelEndpoint],
  ['POST', '/v1/files', 'openai', uploadFileEndpoint],
  ['GET', '/v1/files', 'openai', listFilesEndpoint],
  ['GET', '/v1/files/{id}', 'openai', getFileEndpoint],
  ['DELETE', '/v1/files/{id}', 'openai', deleteFileEndpoint],
  ['GET', '/v1/files/{id}/content', 'openai', getFileContentEndpoint],
  ['POST', '/v1/audio/speech', 'openai', speechEndpoint],
  ['POST', '/v1/audio/transcriptions', 'openai', transcriptionsEndpoint],
  ['POST', '/v1/messages', 'anthropic', messagesEndpoint],
  ['POST', '/v1/messages/count_tokens', 'anthropic', countTokensEndpoint],
  ['POST', '/v1beta/models/{id...}:generateContent', 'google', generateContentEndpoint],
  ['POST', '/v1beta/models/{id...}:streamGenerateContent', 'google', streamGenerateContentEndpoint],
  ['POST', '/v1beta/models/{id...}:countTokens', 'google', countGeminiTokensEndpoint],
  ['GET', '/v1beta/models', 'google', listGeminiModelsEndpoint],
  ['GET', '/v1beta/models/{id...}', 'google', getGeminiModelEndpoint],
]

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace('{id...}', '(.+)').replace('{id}', '([^/]+)')}$`)

const MATCHERS = ROUTES.map(([method, path, wire, handler]) => ({
  method,
  pattern: patternOf(path),
  wire,
  handler,
}))

export type Match =
  | { readonly kind: 'route'; readonly wire: WireFormat; readonly handler: Handler; readonly id: string }
  | { readonly kind: 'none'; readonly wire: WireFormat; readonly error: ErrorAnswer }

/** `url` is path and query as received. */
export const findRoute = (method: string, url: string): Match => {
  const path = url.split('?', 1)[0] ?? ''
  const onPath = MATCHERS.filter(({ pattern }) => pattern.test(path))
  const route = onPath.find(matcher => matcher.method === method)
  const wire = onPath[0]?.wire ?? (path.startsWith('/v1beta/') ? 'google' : 'openai')
  if (!route) {
    const status = onPath.length > 0 ? 405 : 404
    const text = status === 405 ? `Not allowed to ${method} on ${path}` : `Invalid URL (${method} ${path})`
    return {
      kind: 'none',
      wire,
      error: errorAnswer(status, text, { code: status === 405 ? 'method_not_supported' : null }),
    }
  }
  return { kind: 'route', wire, handler: route.handler, id: decodeId(route.pattern.exec(path)?.[1] ?? '') }
}

const decodeId = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
