// Checks the client's key the way each provider does.
import type { IncomingHttpHeaders } from 'node:http'
import { type ErrorAnswer, errorAnswer, type WireFormat } from './error.ts'

/**
 * OpenAI's format: any bearer key, or none, is good unless one is configured. Anthropic's: `anthropic-version`
 * and a key must always be there, as its own API insists; the key as `x-api-key` or, as its SDK 1.x sends it, as bearer.
 * Google's: a key must always be there, as `x-goog-api-key`.
 */
export const authenticate = (
  wire: WireFormat,
  headers: IncomingHttpHeaders,
  expected: string | undefined,
): ErrorAnswer | null => CHECKS[wire](headers, expected)

type Check = (headers: IncomingHttpHeaders, expected: string | undefined) => ErrorAnswer | null

const bearerOf = (headers: IncomingHttpHeaders): string | undefined =>
  /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]

const checkBearer: Check = (headers, expected) => {
  if (expected === undefined) return null
  const given = bearerOf(headers)
  if (given === undefined) {
    return errorAnswer(401, "You didn't provide an API key in an Authorization header using Bearer auth.")
  }
  const message = `Incorrect API key provided: ${given.slice(0, 3)}***.`
  return given === expected ? null : errorAnswer(401, message, { code: 'invalid_api_key' })
}

const checkApiKey: Check = (headers, expected) => {
  const given = headers['x-api-key'] ?? bearerOf(headers)
  if (given === undefined) return errorAnswer(401, 'x-api-key header is required')
  if (expected !== undefined && given !== expected) return errorAnswer(401, 'invalid x-api-key')
  return headers['anthropic-version'] === undefined
    ? errorAnswer(400, 'anthropic-version: header is required')
    : null
}

const checkGoogleKey: Check = (headers, expected) => {
  const given = headers['x-goog-api-key']
  if (given === undefined) {
    return errorAnswer(
      403,
      "Method doesn't allow unregistered callers (callers without established identity). " +
        'Please use API Key or other form of API consumer identity to call this API.',
    )
  }
  return expected === undefined || given === expected
    ? null
    : errorAnswer(400, 'API key not valid. Please pass a valid API key.')
}

const CHECKS: Readonly<Record<WireFormat, Check>> = {
  openai: checkBearer,
  anthropic: checkApiKey,
  google: checkGoogleKey,
}
