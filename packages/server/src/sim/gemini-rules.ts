// What Gemini's API refuses in a prompt that its schema allows, in the API's words.
import { type ErrorAnswer, errorAnswer } from './error.ts'
import type { GeminiBody, GeminiContent, GeminiPart } from './gemini-request.ts'
import { isSeal } from './signature.ts'

const refuse = (message: string): ErrorAnswer => errorAnswer(400, message)

/** Signatures that Google's guide gives for calls its models did not make ("Thought signatures"). */
const DUMMY_SIGNATURES = ['context_engineering_is_the_way_to_go', 'skip_thought_signature_validator']

/** The first rule a prompt breaks, or null. */
export const brokenGeminiRule = ({ contents, toolConfig, tools }: GeminiBody): ErrorAnswer | null =>
  checkContents(contents) ?? checkToolTurns(contents) ?? checkChoice(toolConfig, tools)

const checkContents = (contents: readonly GeminiContent[]): ErrorAnswer | null => {
  for (const [index, { role = 'user', parts = [] }] of contents.entries()) {
    if (role !== 'user' && role !== 'model') return refuse('Please use a valid role: user, model.')
    if (parts.length === 0) {
      return refuse(`* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.`)
    }
    if (parts.some(part => isEmpty(part))) {
      return refuse(
        `Unable to submit request because it must have a text parameter. contents[${index}].parts must have one initialized field`,
      )
    }
    if (parts.some(forged)) return refuse('Corrupted thought signature.')
  }
  return null
}

const isEmpty = ({ text, inlineData, fileData, functionCall, functionResponse }: GeminiPart): boolean =>
  (text ?? inlineData ?? fileData ?? functionCall ?? functionResponse) === undefined

const forged = ({ thoughtSignature }: GeminiPart): boolean =>
  thoughtSignature !== undefined && !DUMMY_SIGNATURES.includes(thoughtSignature) && !isSeal(thoughtSignature)

const countOf = (content: GeminiContent | undefined, kind: 'functionCall' | 'functionResponse'): number =>
  (content?.parts ?? []).filter(part => part[kind] !== undefined).length

/** As many responses as calls, right after them; a call that nothing follows is left to be. */
const checkToolTurns = (contents: readonly GeminiContent[]): ErrorAnswer | null => {
  for (const [index, content] of contents.entries()) {
    const responses = countOf(content, 'functionResponse')
    const calls = countOf(contents[index - 1], 'functionCall')
    if (responses > 0 && calls === 0) {
      return refuse('Please ensure that function response turn comes immediately after a function call turn.')
    }
    if (responses !== calls) {
      return refuse(
        'Please ensure that the number of function response parts is equal to the number of function call parts ' +
          'of the function call turn.',
      )
    }
  }
  return null
}

const checkChoice = (config: GeminiBody['toolConfig'], tools: GeminiBody['tools']): ErrorAnswer | null => {
  const { mode = 'AUTO', allowedFunctionNames: allowed = [] } = config?.functionCallingConfig ?? {}
  const names = (tools ?? []).flatMap(tool => (tool.functionDeclarations ?? []).map(({ name }) => name))
  if (mode !== 'AUTO' && mode !== 'NONE' && names.length === 0) {
    return refuse('Function calling config is set without function_declarations.')
  }
  if (allowed.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED') {
    return refuse('Allowed function names should only be set when the function calling mode is ANY.')
  }
  return allowed.every(name => names.includes(name))
    ? null
    : refuse('allowed_function_names must be a subset of the declared functions.')
}
