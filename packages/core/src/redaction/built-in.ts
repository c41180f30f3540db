// The kinds of personal and secret text that are found without being told how they look. What each catches and leaves
// is written down in built-in.test.ts.
import { findCards } from './cards.ts'
import { findIbans } from './ibans.ts'
import { findPhones } from './phones.ts'
import { type Finder, matchesOf } from './range.ts'

export const BUILT_IN_NAMES = ['email', 'phone', 'card', 'iban', 'key', 'base64'] as const

export type BuiltInPattern = (typeof BUILT_IN_NAMES)[number]

/** The local part is taken whole or not at all, so a long row of letters is looked at once. */
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.)+\p{L}{2,63}/gu

const KEYS: readonly string[] = [
  // OpenAI, Anthropic, OpenRouter and their kin; our own keys and tokens.
  'sk-[A-Za-z0-9_-]{16,}',
  'w(?:k|at)_[A-Za-z0-9_-]{16,}',
  // Amazon, Google, GitHub, GitLab, Slack, Stripe, Hugging Face, Groq, xAI, npm, SendGrid.
  '(?:AKIA|ASIA)[A-Z0-9]{16}',
  'AIza[A-Za-z0-9_-]{35}',
  'gh[pousr]_[A-Za-z0-9]{20,}',
  'github_pat_[A-Za-z0-9_]{20,}',
  'glpat-[A-Za-z0-9_-]{16,}',
  'xox[abeoprs]-[A-Za-z0-9-]{10,}',
  '[spr]k_(?:live|test)_[A-Za-z0-9]{16,}',
  'hf_[A-Za-z0-9]{20,}',
  'gsk_[A-Za-z0-9]{20,}',
  'xai-[A-Za-z0-9]{20,}',
  'npm_[A-Za-z0-9]{20,}',
  String.raw`SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`,
  // JSON Web Tokens (RFC 7519), the token of an Authorization header (RFC 6750, 7617).
  String.raw`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`,
  '[Bb]earer +[A-Za-z0-9._~+/-]{16,}=*',
  '[Bb]asic +[A-Za-z0-9+/]{16,}=*',
]

/** Private keys (RFC 7468), to their end or that of the text. */
const PEM = String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`

/** By name. */
export const BUILT_IN: Readonly<Record<BuiltInPattern, Finder>> = {
  email: matchesOf(EMAIL),
  phone: findPhones,
  card: findCards,
  iban: findIbans,
  key: matchesOf(new RegExp(String.raw`(?<![A-Za-z0-9])(?:${KEYS.join('|')})|${PEM}`, 'g')),
  // Images, sound and files: nobody reads them as text, and what is in them cannot be looked at here.
  base64: matchesOf(/(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{512,}={0,2}/g),
}
