import { describe, expect, test } from 'vitest'
import { Losses } from './loss.ts'

describe('losses', () => {
  test('are demands until the variant drops them, and hints never stop a request', () => {
    const losses = new Losses()
    losses.hint('service_tier')
    losses.demand('n')
    losses.demand('input_audio', 'messages[0].content[1]')
    expect(losses.undropped([]).map(loss => loss.field)).toEqual(['n', 'input_audio'])
    expect(losses.undropped(['n'])).toEqual([
      { field: 'input_audio', path: 'messages[0].content[1]', weight: 'demand' },
    ])
    expect(losses.undropped(['n', 'input_audio'])).toEqual([])
  })

  test('are listed once each, hints included', () => {
    const losses = new Losses()
    losses.hint('cache_control', 'messages[0]')
    losses.hint('cache_control', 'messages[1]')
    losses.demand('seed')
    expect(losses.fields).toEqual(['cache_control', 'seed'])
  })

  test.each<['string' | 'boolean' | 'object', unknown, number]>([
    ['string', 'x', 0],
    ['string', null, 0],
    ['string', undefined, 0],
    ['string', 7, 1],
    ['boolean', 'true', 1],
    ['object', {}, 0],
    ['object', [], 1],
  ])('where a %s is expected, %j is a loss %d times', (type, value, times) => {
    const losses = new Losses()
    losses.demandType(type, value, 'tools', 'tools[0].strict')
    expect(losses.undropped([])).toHaveLength(times)
  })

  test.each(['a\r\nb', 'x y', '', 'é', 'a'.repeat(65)])(
    'of a field named %j, which could not stand in a header, are of an unknown field',
    name => {
      const losses = new Losses()
      losses.demand(name)
      expect(losses.fields).toEqual(['unknown_field'])
    },
  )
})
