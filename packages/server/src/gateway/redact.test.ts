import { expect, it } from 'vitest'
import { type Failure, failure } from './failure.ts'
import { hideSecrets, redactFailure } from './redact.ts'

const SECRET = 'sk-secret-5f1c9a'

const quoting = (secret: string): Failure => ({
  ...failure('invalid_request', `not with ${secret}`, secret),
  response: {
    status: 400,
    headers: { 'x-echo': `Bearer ${secret}`, via: [secret, 'b'], 'content-type': 'text/plain' },
    body: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`é ${secret} ${secret}`)]),
  },
})

it('takes the secret out of the message, the code, the headers and the body, and leaves the rest', () => {
  expect(redactFailure(quoting(SECRET), ['sk-another-one', SECRET])).toEqual(quoting('[redacted]'))
})

it.each([
  { name: 'no credential', secret: null },
  { name: 'a placeholder for one', secret: 'EMPTY' },
])('changes nothing for a provider with $name', ({ secret }) => {
  const failed = quoting('EMPTY')
  expect(redactFailure(failed, secret === null ? [] : [secret])).toBe(failed)
})

it.each([
  ['JSON', 'sk-\\"secret\\"\\\\5f1c9a'],
  ['JSON quoted in JSON', String.raw`sk-\\\"secret\\\"\\\\5f1c9a`],
])('finds it as %s has it', (_, written) => {
  expect(redactFailure(quoting(written), ['sk-"secret"\\5f1c9a'])).toEqual(quoting('[redacted]'))
})

it.each([
  ['hides a secret', `Bearer ${SECRET}`, 'Bearer [redacted]'],
  ['leaves a text without one', 'nginx/1.27', 'nginx/1.27'],
  ['takes a placeholder for no secret', 'EMPTY', 'EMPTY'],
])('of an answer that succeeded, %s in a header', (_, text, hidden) => {
  expect(hideSecrets(text, ['EMPTY', SECRET])).toBe(hidden)
})
