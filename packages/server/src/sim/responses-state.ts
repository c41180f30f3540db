// What a response goes on from: the turns before it, and the files and containers it names. Each account has its own.

import { type ErrorAnswer, errorAnswer } from './error.ts'
import { missingFile } from './files.ts'
import type { Generation } from './generation.ts'
import { DOCUMENT_TOKENS, IMAGE_TOKENS } from './media.ts'
import type { InputItem, ResponseBody } from './responses-request.ts'
import { type Context, EMPTY_CONTEXT, keep, type ResponseObject, type Stores } from './stores.ts'
import { countTokens } from './text.ts'

const KEPT_RESPONSES = 1000

/** The context of a request with its own input in it, or the error for what this account does not have. */
export const contextOf = (body: ResponseBody, stores: Stores): Context | ErrorAnswer => {
  const before = contextBefore(body, stores)
  if ('kind' in before) return before
  const items = typeof body.input === 'string' ? [] : body.input
  const missing = missingFile(filesIn(items), stores.files) ?? missingContainer(body, stores)
  if (missing) return missing
  const open = openCallsOf(before, items)
  if ('kind' in open) return open
  return { tokens: before.tokens + countInput(body.input), openCalls: open }
}

export const conversationId = ({ conversation }: ResponseBody): string | null =>
  typeof conversation === 'string' ? conversation : (conversation?.id ?? null)

const contextBefore = (body: ResponseBody, stores: Stores): Context | ErrorAnswer => {
  const previous = body.previous_response_id
  const conversation = conversationId(body)
  if (previous && conversation !== null) return EXCLUSIVE
  if (previous) return stores.responses.get(previous)?.context ?? noPrevious(previous)
  if (conversation === null) return EMPTY_CONTEXT
  return stores.conversations.get(conversation)?.context ?? noSuchConversation(conversation)
}

const EXCLUSIVE = errorAnswer(
  400,
  "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. " +
    "Ensure you are only providing one of: 'previous_response_id' or 'conversation'.",
  { code: 'mutually_exclusive_parameters' },
)

const noPrevious = (id: string): ErrorAnswer =>
  errorAnswer(400, `Previous response with id '${id}' not found.`, {
    param: 'previous_response_id',
    code: 'previous_response_not_found',
  })

export const noSuchConversation = (id: string): ErrorAnswer =>
  errorAnswer(404, `Conversation with id '${id}' not found.`)

export const noSuchContainer = (id: string): ErrorAnswer =>
  errorAnswer(404, `Container with id '${id}' not found.`)

const filesIn = (items: readonly InputItem[]): string[] =>
  items.flatMap(({ content }) =>
    Array.isArray(content) ? content.flatMap(({ file_id }) => file_id ?? []) : [],
  )

const missingContainer = ({ tools }: ResponseBody, { containers }: Stores): ErrorAnswer | null => {
  const named = (tools ?? []).map(tool => tool['container']).filter(id => typeof id === 'string')
  const unknown = named.find(id => !containers.has(id))
  return unknown === undefined ? null : noSuchContainer(unknown)
}

/** The calls left open, none unless the API takes the request. */
const openCallsOf = (before: Context, items: readonly InputItem[]): readonly string[] | ErrorAnswer => {
  const idsOf = (type: string) => items.flatMap(item => (item.type === type ? (item.call_id ?? '') : []))
  const called = [...before.openCalls, ...idsOf('function_call')]
  const answered = idsOf('function_call_output')
  const stray = answered.find(id => !called.includes(id))
  if (stray !== undefined) return noCall('No tool call found for function call output with call_id', stray)
  const open = called.find(id => !answered.includes(id))
  return open === undefined ? [] : noCall('No tool output found for function call', open)
}

const noCall = (message: string, id: string): ErrorAnswer =>
  errorAnswer(400, `${message} ${id}.`, { param: 'input' })

const countInput = (input: ResponseBody['input']): number => {
  if (typeof input === 'string') return countTokens(input)
  return countItems(input)
}

export const countItems = (items: readonly InputItem[]): number =>
  items.reduce((sum, item) => sum + countItem(item), 0)

const PART_TOKENS: Readonly<Record<string, number>> = {
  input_image: IMAGE_TOKENS,
  input_file: DOCUMENT_TOKENS,
}

const countItem = ({ content, output }: InputItem): number => {
  const told = typeof output === 'string' ? countTokens(output) : 0
  if (typeof content === 'string') return told + countTokens(content)
  return (content ?? []).reduce(
    (sum, part) => sum + countTokens(part.text ?? '') + (PART_TOKENS[part.type ?? ''] ?? 0),
    told,
  )
}

/** Keeps what a later turn may go on from: the response unless told not to, and the conversation's new end. */
export const keepResponse = (
  stores: Stores,
  body: ResponseBody,
  object: ResponseObject,
  before: Context,
  { outputs, usage }: Generation,
): void => {
  const openCalls = outputs.flatMap(({ calls }) => calls.map(({ id }) => `call_${id}`))
  const context = { tokens: before.tokens + (usage?.output ?? 0) - (usage?.reasoning ?? 0), openCalls }
  if (body.store !== false) keep(stores.responses, { id: object.id, object, context }, KEPT_RESPONSES)
  const conversation = stores.conversations.get(conversationId(body) ?? '')
  if (conversation) stores.conversations.set(conversation.id, { ...conversation, context })
}
