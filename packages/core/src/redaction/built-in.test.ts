// What the built-in patterns catch and what they leave. Numbers are those that are published as examples: ISO 13616's
// registry of IBANs, the test numbers of payment providers, ITU-T E.123 and the numbering plans' ranges for fiction.
import { describe, expect, test } from 'vitest'
import { BUILT_IN, type BuiltInPattern } from './built-in.ts'

const found = (name: BuiltInPattern, text: string) =>
  BUILT_IN[name](text).map(({ start, end }) => text.slice(start, end))

const catches: Readonly<Record<BuiltInPattern, readonly string[]>> = {
  email: [
    'ann@example.com',
    'ann.b+tag@mail.example.co.uk',
    'josé@exämple.de',
    'O_Neil%x@example.museum',
    'jos%C3%A9@example.com',
  ],
  phone: [
    '+49 30 123456',
    '+49 (0)30 123456-78',
    '+1 (415) 555-2671',
    '+14155552671',
    '+33 1 23 45 67 89',
    '+44 20 7946 0958',
    '0044 20 7946 0958',
    '415-555-2671',
    '415.555.2671',
    '(415) 555 2671',
    '1-800-555-0199',
    '030 1234567',
    '(0171) 123 45 67',
    '0171/1234567',
    '020 7946 0958',
    '07700 900123',
    '01 23 45 67 89',
    '090-1234-5678',
    '98765 43210',
    '138 0013 8000',
    '(11) 91234-5678',
    '8 (495) 123-45-67',
  ],
  card: [
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '4222222222222',
    '5555 5555 5555 4444',
    '2223003122003222',
    '3782 822463 10005',
    '371449635398431',
    '6011 1111 1111 1117',
    '3056 930902 5904',
    '3530111333300000',
    '6200 0000 0000 0005',
  ],
  iban: [
    'DE89 3704 0044 0532 0130 00',
    'DE89370400440532013000',
    'GB82 WEST 1234 5698 7654 32',
    'FR1420041010050500013M02606',
    'NO9386011117947',
    'MT84MALT011000012345MTLCAST001S',
    'de89370400440532013000',
  ],
  key: [
    'sk-abcdefghijklmnopqrstuvwx',
    'sk-ant-api03-abcdefghijklmnop_qrst-uv',
    'sk-proj-abcdefghijklmnop',
    'wk_abcdefghijklmnopqrstuvwxyz',
    'wat_abcdefghijklmnopqrstuvwxyz',
    'AKIAIOSFODNN7EXAMPLE',
    'ASIAIOSFODNN7EXAMPLE',
    `AIza${'a1_-B'.repeat(7)}`,
    `ghp_${'a1B2'.repeat(9)}`,
    `github_pat_${'a1B2_'.repeat(9)}`,
    'glpat-abcdefghij1234567890',
    'xoxb-123456789012-abcdefghijkl',
    'sk_live_abcdefghijklmnop',
    `hf_${'aB'.repeat(17)}`,
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP_mB92K27',
    'Bearer abcdefghijklmnop1234',
    'Basic dXNlcjpwYXNzd29yZDEyMw==',
    '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIE and no end',
  ],
  base64: ['QUJD'.repeat(200), `${'QUJD'.repeat(200)}==`, 'a-_b'.repeat(128)],
}

const leaves: Readonly<Record<BuiltInPattern, readonly string[]>> = {
  email: ['ann@localhost', '@mention', 'a@b', 'x = a @ b', 'ann at example.com', 'ann@example.1'],
  phone: [
    '2026-11-21',
    '21.11.2026 10:30',
    '01.02.2026 12:30',
    '01/02/2026',
    '2026-11-21T10:00:00+01:00',
    '192.168.100.200',
    '10.0.0.1:8787',
    '1,234,567.89',
    '0.0123456789',
    '12345678901',
    '1763719200',
    '550e8400-e29b-41d4-a716-446655440000',
    '2019-2024',
    'v1.2.3-4',
    '3+4159265358979',
    '100 200 300',
    '(12) 2024-2025 and on',
    '10115 Berlin',
    '64,512 65,535',
  ],
  card: [
    '4111111111111112',
    '1234567890123456',
    '0000000000000000',
    '41111111111111111111111',
    'a4111111111111111',
    '4111111111111111b',
    '550e8400-e29b-41d4-a716-446655440000',
    '1763719200000',
    '4111 1111',
  ],
  iban: [
    'DE88 3704 0044 0532 0130 00',
    'AB12 is no account number at all',
    'GB82',
    'XDE89370400440532013000',
  ],
  key: [
    'sk-short',
    'risk-assessment-of-everything-else',
    'the bearer of bad news is here',
    'AKIA',
    'ghp_short',
    'eyJhbGciOiJIUzI1NiJ9',
    '-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----',
    'basic understanding',
  ],
  base64: ['QUJD'.repeat(100), 'Lorem ipsum '.repeat(100), 'a/b '.repeat(300)],
}

describe.each(Object.keys(BUILT_IN) as BuiltInPattern[])('%s', name => {
  test.each(catches[name])('catches %s', text => {
    expect(found(name, text)).toEqual([text])
    expect(found(name, `before: ${text}`)).toEqual([text])
    expect(found(name, `("${text}" `).join()).toContain(text.slice(0, 8))
  })

  test.each(leaves[name])('leaves %s', text => {
    expect(found(name, text)).toEqual([])
    expect(found(name, `before ${text} and behind`)).toEqual([])
  })
})

describe('with other text around it', () => {
  test.each<[BuiltInPattern, string, readonly string[]]>([
    ['card', 'order 12 4111 1111 1111 1111 123', ['4111 1111 1111 1111']],
    ['card', '4111 1111 1111 1111 5555 5555 5555 4444', ['4111 1111 1111 1111', '5555 5555 5555 4444']],
    ['card', '{"n":4111111111111111}', ['4111111111111111']],
    ['iban', 'DE89 3704 0044 0532 0130 00 is mine', ['DE89 3704 0044 0532 0130 00']],
    ['iban', 'IBAN: DE89370400440532013000.', ['DE89370400440532013000']],
    ['email', 'ann@example.com,bob@example.org.', ['ann@example.com', 'bob@example.org']],
    ['email', 'postgres://u:secret@db.example.com/x', ['secret@db.example.com']],
    ['phone', 'tel:+493012345678;x', ['+493012345678']],
    ['phone', 'Call 415-555-2671 or 030 1234567.', ['415-555-2671', '030 1234567']],
    ['key', 'export OPENAI_API_KEY=sk-abcdefghijklmnop1234', ['sk-abcdefghijklmnop1234']],
    ['base64', `data:image/png;base64,${'iVBO'.repeat(200)}"`, ['iVBO'.repeat(200)]],
  ])('%s in %s', (name, text, parts) => {
    expect(found(name, text)).toEqual(parts)
  })
})
