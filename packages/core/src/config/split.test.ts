import { describe, expect, test } from 'vitest'
import { parseConfig } from './parse.ts'
import { formatPath } from './problem.ts'

const model = 'sim/a'

/** The problems of a config whose only content is this split, as `code path: message`, without the split's own path. */
function problemsOf(split: unknown): string[] {
  const parsed = parseConfig({ version: 1, routers: { r: { default_route: { split } } } })
  if (parsed.kind === 'valid') return []
  return parsed.problems.map(problem => {
    expect(problem.path.slice(0, 4)).toEqual(['routers', 'r', 'default_route', 'split'])
    return `${problem.code} ${formatPath(problem.path.slice(4))}: ${problem.message}`
  })
}

function variants(...weights: (number | undefined)[]) {
  return weights.map((weight, index) => ({
    id: `v${index}`,
    model,
    ...(weight === undefined ? {} : { weight }),
  }))
}

const TOO_SMALL = 'is below 0.01 % and would get no bucket; raise it or set it to 0'

describe('weights', () => {
  test.each<[string, object]>([
    ['percent that sum to 100', { variants: variants(80, 20) }],
    ['a zero beside others', { variants: variants(100, 0) }],
    ['any proportions', { mode: 'proportional', variants: variants(7, 3, 1) }],
    ['no weight for a lone variant', { variants: variants(undefined) }],
    ['no weight for a lone proportional variant', { mode: 'proportional', variants: variants(undefined) }],
    ['one bucket in ten thousand', { mode: 'proportional', variants: variants(1, 9999) }],
    [
      'fallbacks without weights',
      { variants: [...variants(100), { id: 'f', model, priority: 1 }, { id: 'g', model, priority: 2 }] },
    ],
    [
      'fallbacks whose weights do not sum to 100',
      { variants: [...variants(100), { id: 'f', model, priority: 1, weight: 3 }] },
    ],
    [
      'fallbacks that are all off',
      { variants: [...variants(100), { id: 'f', model, priority: 1, weight: 0 }] },
    ],
    ['the greatest weight', { mode: 'proportional', variants: variants(1_000_000_000, 1_000_000) }],
  ])('%s are accepted', (_, split) => {
    expect(problemsOf(split)).toEqual([])
  })

  test.each<[string, object, string[]]>([
    [
      'percent below 100',
      { variants: variants(80, 10) },
      ['weights_sum variants: weights are 80 + 10 = 90; with `mode: percent` they must sum to exactly 100'],
    ],
    [
      'percent above 100',
      { variants: variants(80, 30) },
      ['weights_sum variants: weights are 80 + 30 = 110; with `mode: percent` they must sum to exactly 100'],
    ],
    [
      'a lone percent variant with another weight than 100',
      { variants: variants(50) },
      ['weights_sum variants: weights are 50 = 50; with `mode: percent` they must sum to exactly 100'],
    ],
    [
      'weights that are all zero',
      { mode: 'proportional', variants: variants(0, 0) },
      ['weights_all_zero variants: all weights are 0; at least one must be positive'],
    ],
    [
      'missing weights, each where it is missing',
      { mode: 'proportional', variants: variants(undefined, 5, undefined) },
      [
        'weight_missing variants[0].weight: is missing; every sharing variant needs a weight',
        'weight_missing variants[2].weight: is missing; every sharing variant needs a weight',
      ],
    ],
    [
      'a share below one bucket',
      { mode: 'proportional', variants: variants(1, 1_000_000) },
      [`weight_too_small variants[0].weight: a weight of 1 in 1000001 ${TOO_SMALL}`],
    ],
    [
      'a share below one bucket, where it stands, with a fallback declared before it',
      { mode: 'proportional', variants: [{ id: 'f', model, priority: 1 }, ...variants(1_000_000, 1)] },
      [`weight_too_small variants[2].weight: a weight of 1 in 1000001 ${TOO_SMALL}`],
    ],
    [
      'a fallback whose share is below one bucket',
      {
        variants: [
          ...variants(100),
          { id: 'f', model, priority: 1, weight: 1 },
          { id: 'g', model, priority: 1, weight: 1_000_000 },
        ],
      },
      [`weight_too_small variants[1].weight: a weight of 1 in 1000001 ${TOO_SMALL}`],
    ],
    [
      'a negative weight',
      { variants: variants(-1, 101) },
      ['too_small variants[0].weight: must not be negative'],
    ],
    [
      'a fraction',
      { variants: variants(99.5, 0.5) },
      [0, 1].map(
        index =>
          `invalid_type variants[${index}].weight: must be a whole number; for finer shares use \`mode: proportional\`, such as 995 and 5`,
      ),
    ],
    [
      'a text as a weight',
      { variants: [{ id: 'a', model, weight: '80' }] },
      ['invalid_type variants[0].weight: expected number, received string'],
    ],
    [
      'an unknown mode',
      { mode: 'percentage', variants: variants(100) },
      ['invalid_value mode: must be "percent" or "proportional"'],
    ],
    ['no variants', { variants: [] }, ['too_small variants: needs at least one variant']],
  ])('%s are refused', (_, split, expected) => {
    expect(problemsOf(split)).toEqual(expected)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e10, null])('a weight of %s is refused', weight => {
    expect(problemsOf({ variants: [{ id: 'a', model, weight }] })).toHaveLength(1)
  })
})

describe('variants', () => {
  test('ids occur once, whatever the priority', () => {
    const split = { variants: [...variants(100), { id: 'v0', model, priority: 1 }] }
    expect(problemsOf(split)).toEqual([
      'duplicate_id variants[1].id: "v0" is already variants[0]; ids must be unique',
    ])
  })

  test.each([
    ['a b', 'must be made of letters, digits, ".", "_" and "-"'],
    ['', 'must be made of letters, digits, ".", "_" and "-"'],
    ['é', 'must be made of letters, digits, ".", "_" and "-"'],
    ['a\nb', 'must be made of letters, digits, ".", "_" and "-"'],
  ])('the id %j is refused', (id, message) => {
    expect(problemsOf({ variants: [{ id, model }] })).toEqual([`invalid_format variants[0].id: ${message}`])
  })

  test.each(['large', 'sim/', '/large', 'sim/la rge', 'sim/lärge'])('the model %j is refused', name => {
    expect(problemsOf({ variants: [{ id: 'a', model: name }] })).toEqual([
      'invalid_format variants[0].model: must be written `provider/model`',
    ])
  })

  test.each(['model', 'messages', 'input', 'prompt', 'stream', 'stream_options', 'metadata', 'user'])(
    'the body field %s is not a variant’s to set',
    name => {
      expect(problemsOf({ variants: [{ id: 'a', model, parameters: { [name]: 1 } }] })).toEqual([
        `invalid_value variants[0].parameters.${name}: "${name}" cannot be set by a variant`,
      ])
    },
  )

  test('a system prompt is either put before the client’s or replaces it', () => {
    const both = { variants: [{ id: 'a', model, system_prompt: { prepend: 'x', replace: 'y' } }] }
    const neither = { variants: [{ id: 'a', model, system_prompt: {} }] }
    const expected = [
      'invalid_value variants[0].system_prompt: must have exactly one of `prepend` and `replace`',
    ]
    expect(problemsOf(both)).toEqual(expected)
    expect(problemsOf(neither)).toEqual(expected)
  })

  test('a header cannot smuggle in another one', () => {
    const split = { variants: [{ id: 'a', model, headers: { 'x-a': 'b\r\nauthorization: c', 'x b': 'c' } }] }
    expect(problemsOf(split)).toEqual([
      'invalid_format variants[0].headers.x-a: must not contain line breaks or control characters',
      'invalid_name variants[0].headers["x b"]: must be a header name',
    ])
  })
})

test.each(['v0*9999', 'v0:10000', 'v0*10000 v1*1', ''])('the bucket table %j is refused', buckets => {
  expect(problemsOf({ variants: variants(100), buckets })).toEqual([
    'bucket_table buckets: must be runs like "large*8000 small*2000" that sum to 10000',
  ])
})

describe('bucket tables', () => {
  const fallbacks = [...variants(100), { id: 'f', model, priority: 1 }, { id: 'g', model, priority: 1 }]
  const rule = 'must be runs like "large*8000 small*2000" that sum to 10000'

  test.each<[string, object, string[]]>([
    ['of each priority', { buckets: 'v0*10000', fallback_buckets: { 1: 'f*1 g*9999' } }, []],
    ['of a priority that has no variants', { fallback_buckets: { 9: 'f*10000' } }, []],
    ['that is none', { buckets: 'v0*1' }, [`bucket_table buckets: ${rule}`]],
    [
      'of fallbacks that is none',
      { fallback_buckets: { 1: 'f*1' } },
      [`bucket_table fallback_buckets.1: ${rule}`],
    ],
    [
      'of no priority',
      { fallback_buckets: { first: 'f*10000' } },
      ['invalid_name fallback_buckets.first: must be a priority, such as "1"'],
    ],
  ])('%s', (_, tables, problems) => {
    expect(problemsOf({ variants: fallbacks, ...tables })).toEqual(problems)
  })
})
