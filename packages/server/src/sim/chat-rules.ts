// What OpenAI's API refuses in a chat that its schema allows, in the API's words.
import type { ChatBody } from './chat-request.ts'
import { type ErrorAnswer, errorAnswer } from './error.ts'
import { missingFile } from './files.ts'
import { hasOpenObject } from './json-schema.ts'
import type { Stores } from './stores.ts'

type Message = ChatBody['messages'][number]

const refuse = (param: string, message: string): ErrorAnswer => errorAnswer(400, message, { param })

/** The first rule a chat breaks, or null. */
export const brokenChatRule = (body: ChatBody, files: Stores['files']): ErrorAnswer | null =>
  checkParameters(body) ??
  checkFormat(body.response_format) ??
  checkParts(body.messages, files) ??
  checkToolTurns(body.messages)

const checkParameters = (body: ChatBody): ErrorAnswer | null => {
  if (body.stream_options && !body.stream) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    return refuse('stream_options', message)
  }
  if (body.max_tokens && body.max_completion_tokens) {
    const message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
    return refuse('max_tokens', message)
  }
  if (body.tools?.length) return null
  if (body.tools)
    return refuse('tools', "Invalid 'tools': empty array. Expected an array with minimum length 1.")
  const needy = (['tool_choice', 'parallel_tool_calls'] as const).find(name => body[name] != null)
  if (needy === undefined) return null
  return refuse(needy, `Invalid value for '${needy}': '${needy}' is only allowed when 'tools' are specified.`)
}

const checkFormat = (format: ChatBody['response_format']): ErrorAnswer | null => {
  if (format?.type !== 'json_schema') return null
  const { name, schema, strict } = format.json_schema
  if (!strict || !hasOpenObject(schema)) return null
  const message =
    `Invalid schema for response_format '${name}': In context=(), 'additionalProperties' is required to be supplied ` +
    'and to be false.'
  return refuse('response_format', message)
}

const USER_PARTS = ['text', 'image_url', 'input_audio', 'file']
const PARTS: Readonly<Record<Message['role'], readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  user: USER_PARTS,
  assistant: ['text', 'refusal'],
  tool: ['text'],
  function: ['text'],
}

const checkParts = (messages: ChatBody['messages'], files: Stores['files']): ErrorAnswer | null => {
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}].content`
    const broken = checkContent(message, at) ?? checkFiles(message, files)
    if (broken) return broken
  }
  return null
}

const checkContent = ({ role, content, tool_calls, refusal }: Message, at: string): ErrorAnswer | null => {
  if (content == null) {
    const silent = role === 'assistant' && (tool_calls?.length || refusal)
    return silent ? null : refuse(at, "Invalid value for 'content': expected a string, got null.")
  }
  if (typeof content === 'string') return null
  if (content.length === 0) {
    return refuse(at, `Invalid '${at}': empty array. Expected an array with minimum length 1.`)
  }
  const allowed = PARTS[role]
  const wrong = content.findIndex(({ type }) => !allowed.includes(type))
  if (wrong < 0) return null
  const names = allowed.map(name => `'${name}'`).join(', ')
  const message = `Invalid value: '${content[wrong]?.type}'. Supported values are: ${names}.`
  return errorAnswer(400, message, { param: `${at}[${wrong}].type`, code: 'invalid_value' })
}

const checkFiles = ({ content }: Message, files: Stores['files']): ErrorAnswer | null => {
  const parts = Array.isArray(content) ? content : []
  const ids = parts.flatMap(part => (part.file?.file_id === undefined ? [] : [part.file.file_id]))
  return missingFile(ids, files)
}

/** Every call of a turn is answered right after it, in any order, and nothing else is. */
const checkToolTurns = (messages: readonly Message[]): ErrorAnswer | null => {
  let called: readonly string[] = []
  let open: readonly string[] = []
  for (const [index, message] of messages.entries()) {
    const id = message.tool_call_id
    if (message.role === 'tool') {
      const broken = checkToolMessage(id, called, index)
      if (broken) return broken
      open = open.filter(other => other !== id)
      continue
    }
    if (open.length > 0) return unanswered(open, index)
    called = (message.tool_calls ?? []).map(call => call.id)
    open = called
  }
  return open.length > 0 ? unanswered(open, messages.length) : null
}

const checkToolMessage = (id: string | undefined, called: readonly string[], index: number) => {
  const at = `messages.[${index}]`
  if (id === undefined) {
    const message = "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'."
    return refuse(`${at}.tool_call_id`, message)
  }
  if (called.length === 0) {
    const message =
      "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
    return refuse(`${at}.role`, message)
  }
  if (called.includes(id)) return null
  const message = `Invalid parameter: 'tool_call_id' of '${id}' not found in 'tool_calls' of previous message.`
  return refuse(`${at}.tool_call_id`, message)
}

const unanswered = (ids: readonly string[], index: number): ErrorAnswer =>
  refuse(
    `messages.[${index}].role`,
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
      `The following tool_call_ids did not have response messages: ${ids.join(', ')}`,
  )
