// The requests every peer gets: a fixed set of chat bodies of about 0.6 KB, one a user.

export const CHAT_PATH = '/v1/chat/completions'
const USERS = 1000
export const STREAM_CHUNKS = 100

/** Peers that cannot read a JSON body (nginx, haproxy) split on this header; it repeats the body's `user`. */
export const USER_HEADER = 'x-bench-user'
/** Weir's answer carries it; other peers' answers do not. */
export const REQUEST_ID_HEADER = 'x-weir-request-id'

export type Delivery = 'whole' | 'streamed'

export interface ChatRequest {
  readonly user: string
  readonly body: string
}

const SYSTEM =
  'You are a careful assistant of a furniture shop. Answer in the language of the customer, quote prices with ' +
  'tax, never promise a delivery date, and hand over to a human when the customer asks for one.'

const QUESTION =
  'I ordered two oak shelves last week and one of them arrived with a scratch along the front edge. ' +
  'Can I keep it at a lower price instead of sending it back, and how would I get the refund?'

/** `tier` is there so that a route's condition on it is evaluated, and false. */
function chatRequest(index: number, delivery: Delivery): ChatRequest {
  const user = `user-${index}`
  const body = JSON.stringify({
    model: 'bench',
    messages: [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: QUESTION },
    ],
    temperature: 0.2,
    max_tokens: 64,
    user,
    metadata: { tier: 'standard' },
    ...(delivery === 'streamed' ? { stream: true } : {}),
  })
  return { user, body }
}

/** All requests of one kind; callers go round and round in them. */
export const chatRequests = (delivery: Delivery): readonly ChatRequest[] =>
  Array.from({ length: USERS }, (_, index) => chatRequest(index, delivery))
