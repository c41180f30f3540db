// Tokens and session secrets: random, shown once, kept as digests.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_PREFIX = 'wat_'

/** A new admin or service token: 256 bits. */
export function newToken(): string {
  return TOKEN_PREFIX + randomBytes(32).toString('base64url')
}

/** A new secret for a session's cookie. */
export function newSessionSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function newId(kind: 'tok' | 'aud'): string {
  return `${kind}_${randomBytes(12).toString('base64url').replaceAll(/[-_]/g, 'x')}`
}

/** SHA-256, lower-case hex. Enough for secrets of 256 random bits, which nobody can list. */
export function digestOf(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** What the console has to send beside its cookie; made from the cookie's secret, which no other site can read. */
export function csrfTokenOf(sessionSecret: string): string {
  return hash('sha256', `weir-csrf:${sessionSecret}`, 'base64url')
}

/** Compares in a time that does not tell where two texts differ. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(a)), Buffer.from(digestOf(b)))
}
