// Every mistake a weir.yaml can hold: each is reported at its line and column, with its path, what is wrong and what
// would be right. In the texts, ¶ stands where a problem must be pointed at.
import { describe, expect, it } from 'vitest'
import { configWith, expectProblems, type Parts, problem, problemsOf, readMarks } from './marked-config.ts'

const SPLIT = String.raw`routers\.demo\.default_route\.split`

it('accepts the file that all the others are made from', () => {
  expect(problemsOf(configWith({}))).toEqual([])
})

interface Case extends Parts {
  readonly name: string
  readonly path: string
  readonly says: string
}

const weights: readonly Case[] = [
  {
    name: 'sum to 90',
    split: 'mode: percent',
    large: 'model: sim/large, weight: 70',
    path: `${SPLIT}.variants`,
    says: '70 \\+ 20 = 90; .*must sum to exactly 100',
  },
  {
    name: 'are all zero',
    large: 'model: sim/large, weight: 0',
    small: 'id: small, model: sim/small, weight: 0',
    path: `${SPLIT}.variants`,
    says: 'all weights are 0; at least one must be positive',
  },
]

it.each(weights)('reports weights that $name at the list of variants', ({ path, says, ...parts }) => {
  const marked = configWith(parts).replace('- { id: large', '¶- { id: large')
  expectProblems(marked, [problem(path, says)])
})

const inPlace: readonly Case[] = [
  {
    name: 'a negative weight',
    large: 'model: sim/large, weight: ¶-1',
    path: `${SPLIT}\\.variants\\[0\\]\\.weight`,
    says: 'must not be negative',
  },
  {
    name: 'a fractional weight',
    large: 'model: sim/large, weight: ¶79.5',
    path: `${SPLIT}\\.variants\\[0\\]\\.weight`,
    says: 'whole number; for finer shares use `mode: proportional`',
  },
  {
    name: 'a weight in quotes',
    large: 'model: sim/large, weight: ¶"80"',
    path: `${SPLIT}\\.variants\\[0\\]\\.weight`,
    says: 'number',
  },
  {
    name: 'a weight that is not a number',
    large: 'model: sim/large, weight: ¶.nan',
    path: `${SPLIT}\\.variants\\[0\\]\\.weight`,
    says: 'number',
  },
  {
    name: 'a weight too small for a bucket',
    split: 'mode: proportional',
    large: 'model: sim/large, weight: 1000000',
    small: 'id: small, model: sim/small, weight: ¶1',
    path: `${SPLIT}\\.variants\\[1\\]\\.weight`,
    says: 'below 0.01 % and would get no bucket; raise it or set it to 0',
  },
  {
    name: 'two variants of one id',
    small: 'id: ¶large, model: sim/small, weight: 20',
    path: `${SPLIT}\\.variants\\[1\\]\\.id`,
    says: '"large" is already variants\\[0\\]; ids must be unique',
  },
  {
    name: 'two keys of one id',
    keys: '- { id: demo, secret: { env: WEIR_PROBLEM_KEY } }\n  - { id: ¶demo, secret: { env: WEIR_PROBLEM_KEY } }',
    path: 'keys\\[1\\]\\.id',
    says: '"demo" is already keys\\[0\\]; ids must be unique',
  },
  {
    name: 'one YAML key twice',
    models: 'sim/large: {}\n  ¶sim/large: {}',
    path: '',
    says: 'stands twice in the same map; ids must be unique',
  },
  {
    name: 'an unknown mode',
    split: 'mode: ¶percentage',
    path: `${SPLIT}\\.mode`,
    says: 'must be "percent" or "proportional"',
  },
  {
    name: 'a bucket table that does not fit',
    split: 'buckets: ¶"large*10 small*20"',
    path: `${SPLIT}\\.buckets`,
    says: 'runs like "large\\*8000 small\\*2000" that sum to 10000',
  },
  {
    name: 'a bucket table that is no table',
    split: 'buckets: ¶everything',
    path: `${SPLIT}\\.buckets`,
    says: 'runs like "large\\*8000 small\\*2000"',
  },
  {
    name: 'a variant of an unknown model',
    small: 'id: small, model: ¶sim/smal, weight: 20',
    path: `${SPLIT}\\.variants\\[1\\]\\.model`,
    says: 'there is no model "sim/smal" under `models`; did you mean "sim/small"\\?',
  },
  {
    name: 'a variant whose model names no provider',
    small: 'id: small, model: ¶small, weight: 20',
    path: `${SPLIT}\\.variants\\[1\\]\\.model`,
    says: 'must be written `provider/model`',
  },
  {
    name: 'a parameter that a variant may not set',
    large: 'model: sim/large, weight: 80, parameters: { model: ¶x }',
    path: `${SPLIT}\\.variants\\[0\\]\\.parameters\\.model`,
    says: 'cannot be set by a variant',
  },
  {
    name: 'a model of an unknown provider',
    models: 'sim/large: {}\n  smi/tiny: ¶{}',
    path: 'models\\["smi/tiny"\\]',
    says: 'there is no provider "smi"; did you mean "sim"\\?',
  },
  {
    name: 'a key for an unknown router',
    keys: '- { id: demo, secret: { env: WEIR_PROBLEM_KEY }, router: ¶dem }',
    path: 'keys\\[0\\]\\.router',
    says: 'there is no router "dem"; did you mean "demo"\\?',
  },
  {
    name: 'a key with an unknown default provider',
    keys: '- { id: demo, secret: { env: WEIR_PROBLEM_KEY }, default_provider: ¶sin }',
    path: 'keys\\[0\\]\\.default_provider',
    says: 'there is no provider "sin"; did you mean "sim"\\?',
  },
  {
    name: 'a key that allows what there is not',
    keys: '- { id: demo, secret: { env: WEIR_PROBLEM_KEY }, allow: [demo, ¶other] }',
    path: 'keys\\[0\\]\\.allow\\[1\\]',
    says: 'there is no router or model "other"; known: demo, sim/large, sim/small',
  },
  {
    name: 'a key whose secret is not set',
    keys: '- { id: demo, secret: { env: ¶WEIR_NOT_SET } }',
    path: 'keys\\[0\\]\\.secret\\.env',
    says: 'WEIR_NOT_SET is not set; set it .* or give a `digest`',
  },
  {
    name: 'a key without a secret',
    keys: '- ¶{ id: demo }',
    path: 'keys\\[0\\]',
    says: 'exactly one of `secret` .* and `digest`',
  },
  {
    name: 'a key whose digest is none',
    keys: '- { id: demo, digest: ¶abc }',
    path: 'keys\\[0\\]\\.digest',
    says: '"sha256:" and 64 lower-case hex digits',
  },
  {
    name: 'a key that is written out',
    keys: '- { id: demo, secret: ¶wk_plain }',
    path: 'keys\\[0\\]\\.secret',
    says: 'object',
  },
  {
    name: 'an expiry that is no date',
    keys: '- { id: demo, secret: { env: WEIR_PROBLEM_KEY }, expires: ¶tomorrow }',
    path: 'keys\\[0\\]\\.expires',
    says: 'ISO',
  },
  {
    name: 'an id with a space',
    keys: '- { id: ¶"de mo", secret: { env: WEIR_PROBLEM_KEY } }',
    path: 'keys\\[0\\]\\.id',
    says: 'letters, digits, "\\.", "_" and "-"',
  },
  {
    name: 'an unknown field',
    keys: '- { id: demo, secret: { env: WEIR_PROBLEM_KEY }, ¶may_overide: true }',
    path: 'keys\\[0\\]\\.may_overide',
    says: 'unknown field "may_overide"; did you mean "may_override"\\?',
  },
  {
    name: 'an unknown field at the top',
    head: 'version: 1\n¶rooters: {}',
    path: 'rooters',
    says: 'unknown field "rooters"; did you mean "routers"\\?',
  },
  {
    name: 'text where a map belongs',
    models: 'sim/large: ¶large',
    path: 'models\\["sim/large"\\]',
    says: 'object',
  },
  {
    name: 'a negative price',
    models: 'sim/large: { price: { input: ¶-1, output: 1 } }',
    path: 'models\\["sim/large"\\]\\.price\\.input',
    says: '>= ?0|negative|at least 0',
  },
  {
    name: 'a duration without a unit',
    router: 'timeouts: { idle: ¶10 }',
    path: 'routers\\.demo\\.timeouts\\.idle',
    says: 'duration like "500ms", "10s", "2m" or "1h"',
  },
  {
    name: 'a duration in words',
    router: 'timeouts: { idle: ¶10 minutes }',
    path: 'routers\\.demo\\.timeouts\\.idle',
    says: 'duration like "500ms"',
  },
  {
    name: 'a duration of years',
    router: 'timeouts: { idle: ¶10000h }',
    path: 'routers\\.demo\\.timeouts\\.idle',
    says: 'at most 24h',
  },
  {
    name: 'a size in another unit',
    head: 'version: 1\ngateway: { limits: { body: ¶5MB } }',
    path: 'gateway\\.limits\\.body',
    says: 'size like "64KiB" or "32MiB"',
  },
  {
    name: 'a base URL without a scheme',
    provider: 'base_url: ¶localhost:9100/v1',
    path: 'providers\\.sim\\.base_url',
    says: 'http or https URL, such as "https://',
  },
  {
    name: 'a base URL of another scheme',
    provider: 'base_url: ¶ftp://example.com',
    path: 'providers\\.sim\\.base_url',
    says: 'http or https URL',
  },
  {
    name: 'a base URL with a password',
    provider: 'base_url: ¶http://me:secret@example.com/v1',
    path: 'providers\\.sim\\.base_url',
    says: 'no user, .*put the credential under `credential`',
  },
  {
    name: 'a header value with a line break',
    provider: 'base_url: http://example.com/v1\n    headers: { x-a: ¶"a\\nb" }',
    path: 'providers\\.sim\\.headers\\.x-a',
    says: 'line breaks',
  },
  {
    name: 'an unknown time zone',
    router: 'time_zone: ¶Mars/Olympus',
    path: 'routers\\.demo\\.time_zone',
    says: 'not an IANA time zone, such as "Europe/Berlin"',
  },
  {
    name: 'an unknown unit',
    router: 'units: [user, ¶usr]',
    path: 'routers\\.demo\\.units\\[1\\]',
    says: 'must be user, conversation_id, .* header:<name> or cookie:<name>',
  },
  { name: 'another version', head: 'version: ¶2', path: 'version', says: 'must be 1' },
  {
    name: 'two routes of one id',
    router:
      'routes: [{ id: a, condition: "true", split: { variants: [{ id: x, model: sim/large }] } }, { id: ¶a, condition: "true", split: { variants: [{ id: x, model: sim/large }] } }]',
    path: 'routers\\.demo\\.routes\\[1\\]\\.id',
    says: '"a" is already a route of this router; ids must be unique',
  },
]

it('reports a variant without a weight at the variant', () => {
  const marked = configWith({ small: 'id: small, model: sim/small' }).replace(
    '- { id: small',
    '- ¶{ id: small',
  )
  expectProblems(marked, [
    problem(`${SPLIT}\\.variants\\[1\\]\\.weight`, 'is missing; every sharing variant'),
  ])
})

it.each(inPlace)('reports $name where it stands', ({ path, says, ...parts }) => {
  expectProblems(configWith(parts), [problem(path, says)])
})

/** Each list holds the one before eight times. */
const MULTIPLIED = ['ab', 'bc', 'cd', 'de', 'ef']
  .map(([of, name]) => `${name}: &${name} [${Array(8).fill(`*${of}`).join(', ')}]\n`)
  .join('')

describe('YAML that is none', () => {
  it.each([
    {
      name: 'a tab as indentation',
      text: 'version: 1\nrouters:\n¶\tdemo: {}\n',
      says: 'tabs as indentation; use spaces',
    },
    { name: 'a flow map that does not close', text: 'version: 1\nkeys: [{ id: demo }\n¶', says: '.' },
    { name: 'an empty file', text: '¶', says: 'the file is empty; a config begins with `version: 1`' },
    { name: 'a file of comments', text: '¶# nothing\n', says: 'the file is empty' },
    { name: 'two documents', text: 'version: 1\n¶---\nversion: 1\n', says: 'more than one document' },
    { name: 'an alias of nothing', text: '¶version: 1\nkeys: *nothing\n', says: 'cannot be resolved' },
    {
      name: 'an alias inside itself',
      text: '¶version: 1\nkeys: &keys [*keys]\n',
      says: 'stands inside what it names',
    },
    {
      name: 'aliases without end',
      text: `¶a: &a [x, x, x, x]\n${MULTIPLIED}`,
      says: 'cannot be resolved',
    },
    { name: 'a list', text: '¶- version: 1\n', says: 'array' },
    { name: 'a word', text: '¶hello\n', says: 'string' },
  ])('reports $name', ({ text, says }) => {
    expectProblems(text, [problem('', says)])
  })
})

it('lists all problems of a file at once, in the order they stand in it', () => {
  const marked = configWith({
    head: 'version: ¶2',
    provider: 'base_url: ¶nowhere',
    router: 'time_zone: ¶Mars\n    units: [¶me]',
    small: 'id: ¶large, model: ¶sim/tiny, weight: 20',
    keys: '- { id: demo, secret: { env: ¶WEIR_NOT_SET } }\n  - { id: other, digest: ¶none }',
  })
  const { text, places } = readMarks(marked)
  const found = problemsOf(text).map(entry => entry.split(' ')[0])
  // Some parts of a broken router can only be judged once it is whole: those may be missing, but never out of order.
  expect(places.filter(place => found.includes(place))).toEqual(found)
  expect(found.length).toBeGreaterThanOrEqual(6)
})
