import { expect, test } from 'vitest'
import type { LibraryConfig } from '../library.ts'
import { ask, open } from './fixtures/drive.ts'
import { openLibraryProvider } from './open.ts'

async function problemOf(config: Partial<LibraryConfig>, secret?: string): Promise<string> {
  const made = await openLibraryProvider(
    { package: '@ai-sdk/google', options: {}, headers: {}, ...config },
    secret,
  )
  return made.kind === 'problem' ? made.message : 'none'
}

test.each([
  ['@ai-sdk/google', {}, 'needs `credential`'],
  ['@ai-sdk/google-vertex', {}, 'needs `credential`, or `options.project` with `options.location`'],
  [
    '@ai-sdk/google-vertex',
    { project: 'p' },
    'needs `credential`, or `options.project` with `options.location`',
  ],
  [
    '@ai-sdk/amazon-bedrock',
    { region: 'us-east-1', accessKeyId: 'AKID' },
    'needs `credential`, or `options.accessKeyId` with `options.secretAccessKey`',
  ],
  [
    '@ai-sdk/amazon-bedrock',
    { accessKeyId: 'AKID', secretAccessKey: 'hunter2' },
    'needs `options.region`, or `credential` with `base_url`',
  ],
  ['@ai-sdk/azure', {}, 'needs `credential`; and `options.resourceName`, or `base_url`'],
  ['@ai-sdk/mistral', { apiKey: '' }, 'needs `credential`'],
])('%s with %o says what is missing', async (name, options, message) => {
  expect(await problemOf({ package: name, options })).toBe(`${name} ${message}`)
})

test('an unknown package is a problem, whatever its name', async () => {
  expect(await problemOf({ package: '@ai-sdk/unheard-of' }, 'k')).toBe(
    '@ai-sdk/unheard-of is not a package that can be used',
  )
  expect(await problemOf({ package: 'constructor' }, 'k')).toBe(
    'constructor is not a package that can be used',
  )
})

test('settings that the package refuses are a problem that does not quote them', async () => {
  const message = await problemOf({ package: '@ai-sdk/azure', base_url: 'hunter2' }, 'k')
  expect(message).toBe('@ai-sdk/azure does not take its settings (TypeError)')
})

test('base_url, headers and options reach the request', async () => {
  const provider = await open(
    { base_url: 'http://127.0.0.1:9/v1beta/', headers: { 'x-team': 'search' } },
    'k',
  )
  const { call, request, headers } = await ask(provider, 'gemini-2.5-flash')
  call.cancel()
  expect(request.url).toBe('http://127.0.0.1:9/v1beta/models/gemini-2.5-flash:generateContent')
  expect(headers.get('x-team')).toBe('search')
})

test('a credential of the environment that no config names is not used', async () => {
  process.env.AWS_BEARER_TOKEN_BEDROCK = 'of-the-machine'
  const options = { region: 'eu-west-1', accessKeyId: 'AKID', secretAccessKey: 'SAK' }
  const { call, headers } = await ask(
    await open({ package: '@ai-sdk/amazon-bedrock', options }),
    'amazon.nova-pro-v1:0',
  )
  call.cancel()
  delete process.env.AWS_BEARER_TOKEN_BEDROCK
  expect(headers.get('authorization')).toMatch(/^AWS4-HMAC-SHA256 Credential=AKID/)
})

test('two calls at once each get their own request', async () => {
  const provider = await open({})
  const turns = (text: string) => ({
    turns: [{ role: 'user' as const, parts: [{ kind: 'text' as const, text }] }],
  })
  const asked = await Promise.all(['one', 'two'].map(text => ask(provider, 'gemini-2.5-flash', turns(text))))
  for (const { call } of asked) call.cancel()
  expect(asked.map(({ body }) => body.contents)).toEqual(
    ['one', 'two'].map(text => [{ role: 'user', parts: [{ text }] }]),
  )
})
