// Checks the client's key the way each provider does.
import type { IncomingHttpHeaders } from 'node:http'
import { type ErrorAnswer, errorAnswer, type WireFormat } from './error.ts'

/**
 * OpenAI's format: any bearer key, or none, is good unless one is configured. Anthropic's: `anthropic-version`
 * and a key must always be there, as its own API insists; the key as `x-api-key` or, as its SDK 1.x sends it, as bearer.
 */
export const authenticate = (
  wire: WireFormat,
  headers: IncomingHttpHeaders,
  expected: string | undefined,
): ErrorAnswer | null => (wire === 'openai' ? checkBearer(headers, expected) : checkApiKey(headers, expected))

const bearerOf = (headers: IncomingHttpHeaders): string | undefined =>
  /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]

const checkBearer = (headers: IncomingHttpHeaders, expected: string | undefined): ErrorAnswer | null => {
  if (expected === undefined) return null
  const given = bearerOf(headers)
  if (given === undefined) {
    return errorAnswer(401, "You didn't provide an API key in an Authorization header using Bearer auth.")
  }
  const message = `Incorrect API key provided: ${given.slice(0, 3)}***.`
  return given === expected ? null : errorAnswer(401, message, { code: 'invalid_api_key' })
}

const checkApiKey = (headers: IncomingHttpHeaders, expected: string | undefined): ErrorAnswer | null => {
  const given = headers['x-api-key'] ?? bearerOf(headers)
  if (given === undefined) return errorAnswer(401, 'x-api-key header is required')
  if (expected !== undefined && given !== expected) return errorAnswer(401, 'invalid x-api-key')
  return headers['anthropic-version'] === undefined
    ? errorAnswer(400, 'anthropic-version: header is required')
    : null
}
