import { describe, expect, test } from 'vitest'
import { EXAMPLE_ROUTER, USER_AWARE_ROUTER } from './fixtures/documented-routers.ts'
import { parseRouter } from './parse-router.ts'
import type { InworldRouter } from './router.ts'

type Json = Record<string, unknown>

const variant = (more: Json = {}) => ({ variant_id: 'a', model_id: 'openai/gpt-4o', ...more })
const routed = (...variants: Json[]) => ({ defaultRoute: { route_id: 'default', variants } })
const only = (more: Json) => routed({ variant: variant(more), weight: 100 })
const config = (more: Json) => only({ text_generation_config: more })

const AT = 'defaultRoute.variants[0].variant'
const NOT_HERE = 'cannot be expressed in Weir'

function wrong(body: unknown): string[] {
  const parsed = parseRouter(body)
  return parsed.kind === 'router'
    ? []
    : parsed.violations.map(({ field, description }) => `${field}: ${description}`)
}

function read(body: unknown): InworldRouter {
  const parsed = parseRouter(body)
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.violations))
  return parsed.router
}

describe('what is accepted', () => {
  test("the documentation's example, to the letter", () => {
    expect(parseRouter(EXAMPLE_ROUTER)).toMatchObject({ kind: 'router', id: 'example-router' })
  })

  test('ids that are left out are given, so that headers and events can name them', () => {
    const router = read(USER_AWARE_ROUTER)
    expect(router.routes.map(({ route }) => [route.route_id, route.variants[0]?.variant.variant_id])).toEqual(
      [
        ['route-1', 'gpt-5.2'],
        ['route-2', 'claude-haiku-4-5'],
      ],
    )
    expect(router.default_route?.route_id).toBe('default')
  })

  test('given ids do not meet those that were sent', () => {
    const unnamed = { variant: { model_id: 'openai/a' }, weight: 30 }
    const named = { variant: { variant_id: 'a', model_id: 'openai/b' }, weight: 40 }
    const ids = read(routed(unnamed, named, unnamed)).default_route?.variants.map(
      each => each.variant.variant_id,
    )
    expect(ids).toEqual(['a-2', 'a', 'a-3'])
  })

  test.each<[string, Json]>([
    ['null', { model_selection: null, web_search: null }],
    [
      'empty objects and lists',
      { model_selection: { models: [] }, text_generation_config: {}, message_templates: [] },
    ],
    [
      'an unspecified effort',
      { text_generation_config: { reasoning: { effort: 'unspecified', exclude: false } } },
    ],
    ['an empty template', { message_templates: [{ role: 'system', content: '' }] }],
  ])('%s says nothing', (_, more) => {
    expect(read(only(more))).toEqual(read(only({})))
  })

  test('a template in parts is the text of all of them', () => {
    const router = read(
      only({ messageTemplates: [{ role: 'system', contentItems: [{ text: 'Be ' }, { text: 'kind.' }] }] }),
    )
    expect(router.default_route?.variants[0]?.variant.message_templates).toEqual([
      { role: 'system', content: 'Be kind.' },
    ])
  })

  test('max_new_tokens of older examples is max_tokens', () => {
    expect(read(config({ max_new_tokens: 512 }))).toEqual(read(config({ max_tokens: 512 })))
  })

  test('weights of one route have nothing to do with those of another', () => {
    const [a, b] = [
      { variant: variant(), weight: 70 },
      { variant: variant({ variant_id: 'b' }), weight: 30 },
    ]
    const conditional = {
      route: {
        route_id: 'r',
        variants: [
          { ...a, weight: 20 },
          { ...b, weight: 80 },
        ],
      },
      condition: { cel_expression: 'x == 1' },
    }
    expect(wrong({ ...routed(a, b), routes: [conditional] })).toEqual([])
  })
})

describe('what is refused, with the field', () => {
  test.each<[string, unknown, string[]]>([
    [
      'weights that do not sum to 100',
      routed({ variant: variant(), weight: 70 }, { variant: variant({ variant_id: 'b' }), weight: 20 }),
      [
        'defaultRoute.variants: the weights of route "default" are 70 + 20 = 90; in each route they must sum to exactly 100',
      ],
    ],
    [
      'a route without weights',
      {
        routes: [
          {
            route: { routeId: 'eu', variants: [{ variant: variant() }] },
            condition: { celExpression: 'x == 1' },
          },
        ],
      },
      [
        'routes[0].route.variants: the weights of route "eu" are 0 = 0; in each route they must sum to exactly 100',
      ],
    ],
    [
      'half a percent',
      routed({ variant: variant(), weight: 99.5 }),
      ['defaultRoute.variants[0].weight: must be a whole number from 0 to 100'],
    ],
    [
      'a negative weight',
      routed({ variant: variant(), weight: -1 }),
      ['defaultRoute.variants[0].weight: must not be negative'],
    ],
    [
      'the model auto',
      only({ model_id: 'auto' }),
      [`${AT}.model_id: ${NOT_HERE}: name one model instead of "auto"`],
    ],
    [
      'no model',
      routed({ variant: {}, weight: 100 }),
      [`${AT}.model_id: is missing; it must be written \`provider/model\``],
    ],
    [
      'a model selection',
      only({ modelSelection: { models: ['openai/a'] } }),
      [`${AT}.model_selection: ${NOT_HERE}: name one model in model_id`],
    ],
    [
      'web search',
      only({ web_search: { engine: 'exa' } }),
      [`${AT}.web_search: ${NOT_HERE}: it has no search of its own`],
    ],
    [
      'a template of another role',
      only({ message_templates: [{ role: 'user', content: 'Hi' }] }),
      [`${AT}.message_templates[0].role: ${NOT_HERE}: only "system" templates can`],
    ],
    [
      'two templates',
      only({
        message_templates: [
          { role: 'system', content: 'a' },
          { role: 'system', content: 'b' },
        ],
      }),
      [`${AT}.message_templates: ${NOT_HERE}: at most one system template, so join them`],
    ],
    [
      'a prompt variable',
      only({ message_templates: [{ role: 'system', content: 'You speak {{ language }}.' }] }),
      [
        `${AT}.message_templates[0].content: ${NOT_HERE}: prompt variables such as {{name}} would be sent as they stand`,
      ],
    ],
    [
      'prompts rewritten',
      { ...only({}), defaults: { optimize_prompt: true } },
      [`defaults.optimize_prompt: ${NOT_HERE}: it leaves prompts as they are`],
    ],
    [
      'a condition on the messages',
      {
        routes: [
          {
            route: { variants: [{ variant: variant(), weight: 100 }] },
            condition: { cel_expression: 'messages.size() > 3' },
          },
        ],
      },
      [`routes[0].condition.cel_expression: ${NOT_HERE}: conditions cannot read \`messages\``],
    ],
    [
      'fields nobody knows',
      { ...only({ temprature: 1 }), strategy: {} },
      [`${AT}.temprature: is not a known field`, 'strategy: is not a known field'],
    ],
    [
      'both casings at odds',
      { ...only({}), displayName: 'a', display_name: 'b' },
      ['displayName: is given in both casings, with different values; send it once'],
    ],
    [
      'a token biased twice',
      config({
        logit_bias: [
          { token_id: '1', bias_value: 1 },
          { token_id: '1', bias_value: 2 },
        ],
      }),
      [`${AT}.text_generation_config.logit_bias: names a token twice`],
    ],
    ['no router at all', [], [': Invalid input: expected object, received array']],
  ])('%s', (_, body, expected) => {
    expect(wrong(body)).toEqual(expected)
  })
})
