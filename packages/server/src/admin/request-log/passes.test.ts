import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FILTERS } from '../../storage/fixtures/event-filters.ts'
import { passes as passesModel } from '../../storage/fixtures/event-model.ts'
import { requestEvent, requestEvents } from '../../storage/fixtures/request-events.ts'
import { passes } from './passes.ts'

test('a request passes live just when the store would list it', () => {
  const filters = fc
    .array(fc.constantFrom(...FILTERS), { minLength: 1, maxLength: 3 })
    .map(picked => Object.assign({}, ...picked) as (typeof FILTERS)[number])
  fc.assert(
    fc.property(requestEvents, filters, (events, filter) => {
      expect(events.map(event => passes(event, filter))).toEqual(
        events.map(event => passesModel(event, filter)),
      )
    }),
  )
})

test('metadata is only what was recorded, not what objects have', () => {
  expect(passes(requestEvent(), { metadata: { constructor: 'x' } })).toBe(false)
  expect(
    passes(requestEvent({ metadata: { nested: { a: [1] } } }), { metadata: { nested: '{"a":[1]}' } }),
  ).toBe(true)
})
