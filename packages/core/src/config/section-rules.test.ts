import { describe, expect, test } from 'vitest'
import { DIGEST } from './fixtures/demo-config.ts'
import { parseConfig } from './parse.ts'
import { formatPath } from './problem.ts'

/** The problems of a config made of these sections, as `code path: message`. */
function problemsOf(sections: Record<string, unknown>): string[] {
  const parsed = parseConfig({ version: 1, ...sections })
  if (parsed.kind === 'valid') return []
  return parsed.problems.map(problem => `${problem.code} ${formatPath(problem.path)}: ${problem.message}`)
}

const provider = { type: 'openai', base_url: 'http://localhost/v1' }
const variant = { id: 'a', model: 'p/a' }
const split = { variants: [variant] }
const router = { default_route: { split } }
const DURATION = 'must be a duration like "500ms", "10s", "2m" or "1h"'
const UNIT =
  'must be user, conversation_id, conversation, key, request, metadata.<path>, header:<name> or cookie:<name>'

type Row = [what: string, sections: Record<string, unknown>, problems: string[]]

describe.each<[string, Row[]]>([
  [
    'the file',
    [
      ['another version', { version: 2 }, ['invalid_value version: must be 1']],
      ['a version as text', { version: '1' }, ['invalid_value version: must be 1']],
      [
        'an unknown section, with the likely one',
        { router: {} },
        ['unknown_field router: unknown field "router"; did you mean "routers"?'],
      ],
      ['a section of the wrong type', { keys: {} }, ['invalid_type keys: expected array, received object']],
    ],
  ],
  [
    'a provider',
    [
      [
        'an unknown wire format',
        { providers: { p: { ...provider, type: 'openia' } } },
        ['invalid_value providers.p.type: must be "openai" or "anthropic" or "ai-sdk"'],
      ],
      ...['ftp://x/v1', 'localhost:9100', '', '/v1'].map(
        (url): Row => [
          `the base URL "${url}"`,
          { providers: { p: { ...provider, base_url: url } } },
          [
            'invalid_format providers.p.base_url: must be an http or https URL, such as "https://api.openai.com/v1"',
          ],
        ],
      ),
      ...['https://user:pw@host/v1', 'https://host/v1?key=1', 'https://host/v1#x'].map(
        (url): Row => [
          `the base URL "${url}"`,
          { providers: { p: { ...provider, base_url: url } } },
          [
            'invalid_value providers.p.base_url: must have no user, query or fragment; put the credential under `credential`',
          ],
        ],
      ),
      [
        'a secret in the place of its name',
        { providers: { p: { ...provider, credential: { env: 'sk-abc' } } } },
        ['invalid_format providers.p.credential.env: must be the name of an environment variable'],
      ],
      [
        'a credential both in the environment and stored',
        { providers: { p: { ...provider, credential: { env: 'KEY', stored: true } } } },
        [
          'invalid_value providers.p.credential: must have exactly one of `env` (an environment variable) and `stored: true`',
        ],
      ],
      [
        'a credential that is nowhere',
        { providers: { p: { ...provider, credential: {} } } },
        [
          'invalid_value providers.p.credential: must have exactly one of `env` (an environment variable) and `stored: true`',
        ],
      ],
      [
        'a bare credential',
        { providers: { p: { ...provider, credential: 'OPENAI_API_KEY' } } },
        ['invalid_type providers.p.credential: expected object, received string'],
      ],
      [
        'a name with a slash',
        { providers: { 'p/q': provider } },
        ['invalid_name providers["p/q"]: must be made of letters, digits, ".", "_" and "-"'],
      ],
      [
        'a name that every object has already',
        { providers: JSON.parse(`{"__proto__":${JSON.stringify(provider)}}`) },
        ['invalid_name providers.__proto__: cannot be used as a name'],
      ],
      [
        'a misspelt field',
        { providers: { p: { ...provider, baseurl: 'http://x' } } },
        ['unknown_field providers.p.baseurl: unknown field "baseurl"; did you mean "base_url"?'],
      ],
    ],
  ],
  [
    'a model',
    [
      [
        'a negative price',
        { models: { 'p/a': { price: { input: -1, output: 1 } } } },
        ['too_small models["p/a"].price.input: Too small: expected number to be >=0'],
      ],
      [
        'half a price',
        { models: { 'p/a': { price: { input: 1 } } } },
        ['invalid_type models["p/a"].price.output: is missing; it must be a number'],
      ],
      [
        'a word for a price',
        { models: { 'p/a': { price: 'free' } } },
        ['invalid_type models["p/a"].price: expected object, received string, or must be "none"'],
      ],
      [
        'a misspelt part of a price',
        { models: { 'p/a': { price: { input: 1, output: 1, cached: 1 } } } },
        [
          'unknown_field models["p/a"].price.cached: unknown field "cached"; known: input, cached_input, output',
        ],
      ],
      [
        'a capability that is not one',
        { models: { 'p/a': { capabilities: { vision: true } } } },
        [
          'unknown_field models["p/a"].capabilities.vision: unknown field "vision"; known: tools, images, documents, json, reasoning, context, output, endpoints',
        ],
      ],
      [
        'an answer of no tokens',
        { models: { 'p/a': { capabilities: { output: 0 } } } },
        ['too_small models["p/a"].capabilities.output: Too small: expected number to be >=1'],
      ],
      [
        'a name without its provider',
        { models: { a: {} } },
        ['invalid_name models.a: must be written `provider/model`'],
      ],
    ],
  ],
  [
    'a router',
    [
      [
        'no routes at all',
        { routers: { r: {} } },
        ['router_empty routers.r: has neither `routes` nor `default_route`; it could never answer'],
      ],
      [
        'two routes of one name',
        {
          routers: {
            r: {
              routes: [
                { id: 'x', condition: 'true', split },
                { id: 'x', condition: 'true', split },
              ],
              default_route: { id: 'x', split },
            },
          },
        },
        [
          'duplicate_id routers.r.routes[1].id: "x" is already a route of this router; ids must be unique',
          'duplicate_id routers.r.default_route.id: "x" is already a route of this router; ids must be unique',
        ],
      ],
      [
        'a route that takes the default route’s own name',
        {
          routers: { r: { routes: [{ id: 'default', condition: 'true', split }], default_route: { split } } },
        },
        [
          'duplicate_id routers.r.default_route.id: "default" is already a route of this router; ids must be unique',
        ],
      ],
      ...['users', 'metadata.', 'header:', 'header:a b', 'cookie:', 'cookie:a=b', 'cookie:sé'].map(
        (unit): Row => [
          `the unit "${unit}"`,
          { routers: { r: { ...router, units: [unit] } } },
          [`invalid_format routers.r.units[0]: ${UNIT}`],
        ],
      ),
      [
        'an empty list of units',
        { routers: { r: { ...router, units: [] } } },
        ['too_small routers.r.units: Too small: expected array to have >=1 items'],
      ],
      [
        'a condition on the default route',
        { routers: { r: { default_route: { condition: 'true', split } } } },
        [
          'unknown_field routers.r.default_route.condition: unknown field "condition"; known: id, split, timeouts, failure',
        ],
      ],
    ],
  ],
  [
    'a variant',
    [
      [
        'a field to drop that could not be one',
        { routers: { r: { default_route: { split: { variants: [{ ...variant, drop: ['a b'] }] } } } } },
        [
          'invalid_format routers.r.default_route.split.variants[0].drop[0]: must be a field or type such as "logprobs"',
        ],
      ],
      [
        'more to drop than a request could have',
        {
          routers: {
            r: { default_route: { split: { variants: [{ ...variant, drop: Array(51).fill('n') }] } } },
          },
        },
        [
          'too_big routers.r.default_route.split.variants[0].drop: Too big: expected array to have <=50 items',
        ],
      ],
    ],
  ],
  [
    'a failure policy',
    [
      [
        'an unknown kind of failure',
        { routers: { r: { ...router, failure: { on: ['rate_limit'] } } } },
        [
          'invalid_value routers.r.failure.on[0]: must be "connect" or "reset" or "timeout" or "request_timeout" or "conflict" or "rate_limited" or "server_error" or "bad_answer" or "credential" or "model_gone" or "unsupported" or "not_translatable" or "empty" or "context_length" or "refusal"',
        ],
      ],
      [
        'no attempt at all',
        { routers: { r: { ...router, failure: { max_attempts: 0 } } } },
        ['too_small routers.r.failure.max_attempts: Too small: expected number to be >=1'],
      ],
      [
        'a ratio above one',
        { routers: { r: { ...router, failure: { ejection: { failure_ratio: 1.5 } } } } },
        ['too_big routers.r.failure.ejection.failure_ratio: Too big: expected number to be <=1'],
      ],
      ...['5', '5 s', '-1s', '1.5s', '1d', 5].map(
        (value): Row => [
          `the duration ${JSON.stringify(value)}`,
          { routers: { r: { ...router, timeouts: { idle: value } } } },
          [
            `${typeof value === 'number' ? 'invalid_type' : 'invalid_format'} routers.r.timeouts.idle: ${DURATION}`,
          ],
        ],
      ),
      [
        'a duration of days',
        { routers: { r: { ...router, timeouts: { idle: '25h' } } } },
        ['invalid_value routers.r.timeouts.idle: must be at most 24h'],
      ],
    ],
  ],
  [
    'a key',
    [
      [
        'neither secret nor digest',
        { keys: [{ id: 'k' }] },
        ['invalid_value keys[0]: must have exactly one of `secret` (an environment variable) and `digest`'],
      ],
      [
        'both secret and digest',
        { keys: [{ id: 'k', secret: { env: 'K' }, digest: `sha256:${DIGEST}` }] },
        ['invalid_value keys[0]: must have exactly one of `secret` (an environment variable) and `digest`'],
      ],
      ...[DIGEST, `sha256:${DIGEST.toUpperCase()}`, `sha256:${DIGEST.slice(1)}`].map(
        (digest): Row => [
          `the digest ${digest.slice(0, 10)}... of ${digest.length} characters`,
          { keys: [{ id: 'k', digest }] },
          ['invalid_format keys[0].digest: must be "sha256:" and 64 lower-case hex digits'],
        ],
      ),
      [
        'an id that was used before',
        {
          keys: [
            { id: 'k', secret: { env: 'K' } },
            { id: 'k', secret: { env: 'L' } },
          ],
        },
        ['duplicate_id keys[1].id: "k" is already keys[0]; ids must be unique'],
      ],
      [
        'an expiry without a time zone',
        { keys: [{ id: 'k', secret: { env: 'K' }, expires: '2026-01-01T00:00:00' }] },
        ['invalid_format keys[0].expires: Invalid ISO datetime'],
      ],
    ],
  ],
  [
    'the gateway',
    [
      ...['32', '32MB', '1.5MiB', '-1KiB'].map(
        (size): Row => [
          `the size "${size}"`,
          { gateway: { limits: { body: size } } },
          ['invalid_format gateway.limits.body: must be a size like "64KiB" or "32MiB"'],
        ],
      ),
      [
        'a size as a number',
        { gateway: { limits: { body: 1024 } } },
        ['invalid_type gateway.limits.body: must be a size like "64KiB" or "32MiB"'],
      ],
      [
        'a header name with a colon',
        { gateway: { attribute_headers: ['x:y'] } },
        ['invalid_format gateway.attribute_headers[0]: must be a header name'],
      ],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('with %s is refused', (_what, sections, problems) => {
    expect(problemsOf(sections)).toEqual(problems)
  })
})

test('scalars are read into their base units, and header names into lower case', () => {
  const parsed = parseConfig({
    version: 1,
    gateway: {
      attribute_headers: ['X-Team'],
      limits: { body: '64KiB', answer: '1GiB', queue_timeout: '2m' },
    },
    routers: { r: { ...router, timeouts: { connect: '500ms', total: '24h' }, units: ['header:X-User'] } },
  })
  expect(parsed).toMatchObject({
    kind: 'valid',
    config: {
      gateway: {
        attribute_headers: ['x-team'],
        limits: { body: 65_536, answer: 2 ** 30, queue_timeout: 120_000 },
      },
      routers: { r: { timeouts: { connect: 500, total: 86_400_000 } } },
    },
  })
})
