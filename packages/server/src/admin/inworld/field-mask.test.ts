import { describe, expect, test } from 'vitest'
import { applyMask, parseMask } from './field-mask.ts'

const ROUTER = {
  display_name: 'old',
  defaults: { message_templates: ['old'], text_generation_config: { temperature: 1, seed: 1 } },
  routes: ['old'],
  default_route: { route_id: 'old', variants: ['old'] },
}
const BODY = {
  display_name: 'new',
  defaults: { text_generation_config: { temperature: 2 } },
  default_route: { route_id: 'new', variants: ['new'] },
}

function masked(mask: string | undefined, body: object = BODY) {
  const parsed = parseMask(mask, body as never)
  if (parsed.kind === 'invalid') return parsed.violations.map(each => `${each.field}: ${each.description}`)
  return applyMask(ROUTER, body as never, parsed.paths)
}

describe('a mask', () => {
  test.each<[string, string | undefined, object]>([
    ['one field', 'displayName', { ...ROUTER, display_name: 'new' }],
    ['in the other casing', 'display_name', { ...ROUTER, display_name: 'new' }],
    [
      'several',
      'displayName, default_route',
      { ...ROUTER, display_name: 'new', default_route: BODY.default_route },
    ],
    [
      'inside a message',
      'defaultRoute.variants',
      { ...ROUTER, default_route: { route_id: 'old', variants: ['new'] } },
    ],
    [
      'deep inside, in mixed casing',
      'defaults.textGenerationConfig.temperature',
      { ...ROUTER, defaults: { ...ROUTER.defaults, text_generation_config: { temperature: 2, seed: 1 } } },
    ],
    [
      'what the body lacks is removed',
      'routes,defaults.message_templates',
      {
        display_name: 'old',
        default_route: ROUTER.default_route,
        defaults: { text_generation_config: { temperature: 1, seed: 1 } },
      },
    ],
    ['everything', '*', BODY],
    ['none: what the body has', undefined, { ...ROUTER, ...BODY }],
    ['an empty one is none', '', { ...ROUTER, ...BODY }],
    ['the name, which cannot change', 'name', ROUTER],
  ])('%s', (_, mask, expected) => {
    expect(masked(mask)).toEqual(expected)
  })

  test.each<[string, string]>([
    ['routes.weight', 'update_mask: "routes.weight" is inside a list, which can only be replaced as a whole'],
    [
      'defaultRoute.variants.weight',
      'update_mask: "defaultRoute.variants.weight" is inside a list, which can only be replaced as a whole',
    ],
    ['strategy', 'update_mask: "strategy" is no field of a router'],
    ['default_route.colour', 'update_mask: "defaultRoute.colour" is no field of a router'],
  ])('%s is refused', (mask, message) => {
    expect(masked(mask)).toEqual([message])
  })
})
