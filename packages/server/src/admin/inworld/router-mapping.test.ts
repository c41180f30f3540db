import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileHere } from '../../snapshot/load.ts'
import { anyRouter, PROVIDERS } from './fixtures/any-router.ts'
import { inheritedBy, withoutDefaults } from './inheritance.ts'
import { addModels, wordsOf } from './model-reference.ts'
import { parseRouter } from './parse-router.ts'
import type { Inherited, InworldRoute, InworldRouter } from './router.ts'
import { type RouterConfig, writeRouter } from './router-config.ts'
import { viewRouter } from './router-view.ts'
import { documentedNames, snakeCase } from './spelling.ts'

const CONFIG = {
  version: 1 as const,
  providers: PROVIDERS,
  models: { 'openai/*': {}, 'open/*': {}, 'anthropic/*': {} },
}

const write = (router: InworldRouter, before?: RouterConfig) =>
  writeRouter(router, modelId => wordsOf(CONFIG, modelId), before)

/** What a variant repeats of the defaults is shown once, with the defaults. */
function withoutRepetition(router: InworldRouter): InworldRouter {
  const defaults = router.defaults ?? {}
  const shorten = (route: InworldRoute): InworldRoute => ({
    ...route,
    variants: route.variants.map(({ variant, weight }) => {
      const { variant_id, model_id, ...own } = variant
      return {
        variant: { variant_id, model_id, ...withoutDefaults(inheritedBy(own, defaults), defaults) },
        weight,
      }
    }),
  })
  return {
    ...router,
    routes: router.routes.map(each => ({ ...each, route: shorten(each.route) })),
    ...(router.default_route !== undefined && { default_route: shorten(router.default_route) }),
  }
}

/** Every name in camelCase. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (typeof value !== 'object' || value === null) return value
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [camel(name), camelCased(member)]))
}

describe('a router', () => {
  test('reads back from the config as it was written', () => {
    fc.assert(
      fc.property(anyRouter, router => {
        const { config, violations } = write(router)
        expect(violations).toEqual([])
        expect(viewRouter(config)).toEqual(withoutRepetition(router))
      }),
    )
  })

  test('is the same config however often it is read and written', () => {
    fc.assert(
      fc.property(anyRouter, router => {
        const { config } = write(router)
        expect(write(viewRouter(config)).config).toEqual(config)
        expect(write(viewRouter(config), config).config).toEqual(config)
      }),
    )
  })

  test('is the same in either casing, and in that of the documentation', () => {
    fc.assert(
      fc.property(anyRouter, router => {
        const parsed = { kind: 'router', id: undefined, router }
        expect(parseRouter(router)).toEqual(parsed)
        expect(parseRouter(camelCased(router))).toEqual(parsed)
        expect(parseRouter(documentedNames(router))).toEqual(parsed)
      }),
    )
  })

  test('is a config that compiles', () => {
    // One max_tokens for all, because thinking has to stay below it.
    const thinksBelow = (inherited: Inherited) =>
      inherited.text_generation_config?.reasoning?.max_tokens === undefined &&
      (inherited.text_generation_config?.max_tokens ?? 0) <= 4096
    fc.assert(
      fc.property(anyRouter, router => {
        const variants = [...router.routes.map(each => each.route), router.default_route].flatMap(
          route => route?.variants ?? [],
        )
        fc.pre(variants.every(each => thinksBelow(each.variant)))
        const references = variants.map(each => ({ modelId: each.variant.model_id, field: '' }))
        const { config } = addModels(CONFIG, references)
        const routers = { r: write(router).config }
        const compiled = compileHere({ ...config, routers }, { revision: 1, tables: new Map() })
        expect(compiled.kind === 'refused' ? compiled.problems : []).toEqual([])
      }),
    )
  })
})

describe('what the shape has no words for', () => {
  const variants = [
    {
      id: 'a',
      model: 'openai/a',
      weight: 80,
      headers: { 'x-a': '1' },
      drop: ['logprobs'],
      parameters: { n: 1, seed: 7 },
    },
    { id: 'b', model: 'openai/b', weight: 20, system_prompt: { replace: 'Be brief.' } },
    { id: 'spare', model: 'open/c', priority: 1 },
  ]
  const before: RouterConfig = {
    description: 'Ours',
    units: ['key'],
    time_zone: 'Europe/Berlin',
    annotations: { 'example.com/owner': 'growth' },
    default_route: { id: 'main', split: { salt: 'shared', variants }, timeouts: { total: '9s' } },
  }

  test('is not shown', () => {
    expect(viewRouter(before)).toEqual({
      display_name: 'Ours',
      routes: [],
      default_route: {
        route_id: 'main',
        variants: [
          {
            variant: { variant_id: 'a', model_id: 'openai/a', text_generation_config: { seed: 7 } },
            weight: 80,
          },
          { variant: { variant_id: 'b', model_id: 'openai/b' }, weight: 20 },
        ],
      },
    })
  })

  test('stays when the router is written again', () => {
    expect(write(viewRouter(before), before).config).toEqual(before)
  })

  test('stays beside new weights, and goes with its variant', () => {
    const router: InworldRouter = {
      routes: [],
      default_route: {
        route_id: 'main',
        variants: [
          { variant: { variant_id: 'a', model_id: 'openai/a' }, weight: 50 },
          { variant: { variant_id: 'new', model_id: 'openai/new' }, weight: 50 },
        ],
      },
    }
    expect(write(router, before).config.default_route).toEqual({
      id: 'main',
      timeouts: { total: '9s' },
      split: {
        salt: 'shared',
        variants: [
          {
            id: 'a',
            model: 'openai/a',
            weight: 50,
            headers: { 'x-a': '1' },
            drop: ['logprobs'],
            parameters: { n: 1 },
          },
          { id: 'new', model: 'openai/new', weight: 50 },
          variants[2],
        ],
      },
    })
  })

  test('a default that a variant lost elsewhere is shown where it still holds', () => {
    const template = [{ role: 'system' as const, content: 'Be kind.' }]
    const variant = (variant_id: string) => ({ variant: { variant_id, model_id: 'openai/a' }, weight: 50 })
    const router: InworldRouter = {
      defaults: { message_templates: template },
      routes: [],
      default_route: { route_id: 'main', variants: [variant('a'), variant('b')] },
    }
    const { config } = write(router)
    const route = config.default_route as NonNullable<RouterConfig['default_route']>
    const [a, { system_prompt: _gone, ...b }] = route.split.variants as unknown as [
      never,
      Record<string, unknown>,
    ]
    const edited = { ...config, default_route: { ...route, split: { variants: [a, b] } } } as RouterConfig
    expect(viewRouter(edited)).toEqual({
      routes: [],
      default_route: {
        route_id: 'main',
        variants: [
          { variant: { variant_id: 'a', model_id: 'openai/a', message_templates: template }, weight: 50 },
          { variant: { variant_id: 'b', model_id: 'openai/a' }, weight: 50 },
        ],
      },
    })
  })
})

test('names are turned into snake_case', () => {
  expect(['defaultRoute', 'display_name', 'celExpression', 'top_p', 'topP'].map(snakeCase)).toEqual([
    'default_route',
    'display_name',
    'cel_expression',
    'top_p',
    'top_p',
  ])
})
