// What each format's API says of a body it cannot take, in its own words.
import type { z } from 'zod'
import { type ErrorAnswer, errorAnswer, type WireFormat } from './error.ts'

type Path = readonly PropertyKey[]

const NOT_JSON: Readonly<Record<WireFormat, string>> = {
  openai: 'We could not parse the JSON body of your request. The API expects valid JSON.',
  anthropic: 'The request body is not valid JSON.',
  google: 'Invalid JSON payload received. Unable to parse the request.',
}

export const notJson = (wire: WireFormat): ErrorAnswer => errorAnswer(400, NOT_JSON[wire])

/** OpenAI names all of them at once, Anthropic the first, Google one on each line. */
export const unknownFields = (wire: WireFormat, names: readonly string[]): ErrorAnswer => {
  switch (wire) {
    case 'openai': {
      const noun = names.length > 1 ? 'arguments' : 'argument'
      return errorAnswer(400, `Unrecognized request ${noun} supplied: ${names.join(', ')}`)
    }
    case 'anthropic':
      return errorAnswer(400, `${names[0]}: Extra inputs are not permitted`)
    case 'google':
      return errorAnswer(400, names.map(unknownName).join('\n'))
  }
}

const unknownName = (name: string) =>
  `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`

/** The error for the first issue zod found in `json`. */
export const issueFound = (wire: WireFormat, issue: z.core.$ZodIssue, json: unknown): ErrorAnswer => {
  if (issue.path.length === 0) return errorAnswer(400, 'The body must be a JSON object.')
  const missing = valueAt(json, issue.path) === undefined
  switch (wire) {
    case 'openai':
      return missing ? missingParameter(bracketed(issue.path)) : invalidParameter(issue)
    case 'anthropic':
      return errorAnswer(400, `${issue.path.join('.')}: ${missing ? 'Field required' : issue.message}`)
    case 'google':
      return errorAnswer(400, googleWords(issue, missing))
  }
}

export const missingParameter = (param: string): ErrorAnswer =>
  errorAnswer(400, `Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' })

const invalidParameter = (issue: z.core.$ZodIssue): ErrorAnswer => {
  const param = bracketed(issue.path)
  const code = issue.code === 'invalid_type' ? 'invalid_type' : 'invalid_value'
  return errorAnswer(400, `Invalid value for '${param}': ${issue.message}.`, { param, code })
}

const googleWords = ({ path, message }: z.core.$ZodIssue, missing: boolean): string =>
  missing
    ? `* GenerateContentRequest.${bracketed(path)}: ${String(path.at(-1))} is not specified`
    : `Invalid value at '${bracketed(path)}': ${message}`

/** `messages[0].content` */
const bracketed = (path: Path): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('')

const valueAt = (json: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    json,
  )
