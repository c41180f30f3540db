// A provider can quote what it was sent, the gateway's credential included: error answers reach the client, and their
// codes the events, without it.
import type { IncomingHttpHeaders } from 'undici/types/header.js'
import type { Failure, UpstreamResponse } from './failure.ts'

const REDACTED = '[redacted]'

/** Shorter ones are placeholders, such as those of local models, and would be found inside ordinary words. */
const SHORTEST_SECRET = 8

/** A provider's words without the secrets that the call was made with. */
export function redactText(text: string, secrets: readonly string[]): string {
  return spellingsOf(secrets).reduce((hidden, secret) => hidden.replaceAll(secret, REDACTED), text)
}

/** The same for what hardly ever quotes one: texts without are found by a look and stay the same. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  for (const secret of secrets)
    if (secret.length >= SHORTEST_SECRET && text.includes(secret)) return redactText(text, secrets)
  return text
}

/** The failure without the secrets that its call was made with; the same object when there is nothing to hide. */
export function redactFailure(failed: Failure, secrets: readonly string[]): Failure {
  return spellingsOf(secrets).reduce(redactOne, failed)
}

/** Secrets as they are, as JSON has them, and as JSON has them that is quoted in JSON: the longest first. */
function spellingsOf(secrets: readonly string[]): string[] {
  const spellings = secrets.filter(isFindable).flatMap(secret => {
    const escaped = escapeForJson(secret)
    return [escapeForJson(escaped), escaped, secret]
  })
  return [...new Set(spellings)]
}

function escapeForJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function isFindable(secret: string): boolean {
  return secret.length >= SHORTEST_SECRET
}

function redactOne(failed: Failure, secret: string): Failure {
  return {
    ...failed,
    code: failed.code?.replaceAll(secret, REDACTED) ?? null,
    message: failed.message.replaceAll(secret, REDACTED),
    response: failed.response === null ? null : redactResponse(failed.response, secret),
  }
}

function redactResponse(response: UpstreamResponse, secret: string): UpstreamResponse {
  const { status, headers, body } = response
  return { status, headers: redactHeaders(headers, secret), body: redactBytes(body, secret) }
}

function redactHeaders(headers: IncomingHttpHeaders, secret: string): IncomingHttpHeaders {
  const hide = (value: string) => value.replaceAll(secret, REDACTED)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? hide(value) : value?.map(hide),
    ]),
  )
}

/** By way of Latin-1, which keeps every other byte as it was. */
function redactBytes(bytes: Buffer, secret: string): Buffer {
  if (!bytes.includes(secret)) return bytes
  const pattern = Buffer.from(secret).toString('latin1')
  return Buffer.from(bytes.toString('latin1').replaceAll(pattern, REDACTED), 'latin1')
}
