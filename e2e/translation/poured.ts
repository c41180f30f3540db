// How each format streams pieces of text, written out by hand: for providers whose every byte a test decides.

export interface Poured {
  /** What comes before all content. */
  readonly before: string
  readonly piece: (text: string) => string
  readonly after: string
  /** An error in the middle of a stream. */
  readonly error: (message: string) => string
}

const frame = (data: object) => `data: ${JSON.stringify(data)}\n\n`

const event = (data: { readonly type: string; readonly [field: string]: unknown }) =>
  `event: ${data.type}\n${frame(data)}`

const poured = {
  openai: {
    before: frame({ choices: [{ index: 0, delta: { role: 'assistant' } }] }),
    piece: content => frame({ choices: [{ index: 0, delta: { content } }] }),
    after: `${frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\n\n`,
    error: message => frame({ error: { message, type: 'server_error', code: null } }),
  },
  anthropic: {
    before:
      event({ type: 'message_start', message: { id: 'm', role: 'assistant', content: [] } }) +
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    piece: text => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    after:
      event({ type: 'content_block_stop', index: 0 }) +
      event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: {} }) +
      event({ type: 'message_stop' }),
    error: message => event({ type: 'error', error: { type: 'overloaded_error', message } }),
  },
  google: {
    before: '',
    piece: text => frame({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] } }] }),
    after: frame({ candidates: [{ index: 0, content: { parts: [] }, finishReason: 'STOP' }] }),
    error: message => frame({ error: { code: 503, message, status: 'UNAVAILABLE' } }),
  },
} as const satisfies Readonly<Record<string, Poured>>

/** The format that a request's path is of. */
export function pouredFor(path: string | undefined): Poured {
  if (path?.startsWith('/v1beta/') === true) return poured.google
  return path?.startsWith('/v1/messages') === true ? poured.anthropic : poured.openai
}
