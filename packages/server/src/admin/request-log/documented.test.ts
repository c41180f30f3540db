import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { filterQuery } from './filter-query.ts'
import { MAX_LIVE } from './live-routes.ts'
import { BUFFERED } from './live-stream.ts'
import { dimension, TOTAL_FIELDS } from './totals.ts'

const document = readFileSync(new URL('../../../../../docs/request-logs.md', import.meta.url), 'utf8')

test.each([
  ['filter', Object.keys(filterQuery({}).shape)],
  ['dimension', dimension.options],
  ['total', TOTAL_FIELDS],
])('docs/request-logs.md names every %s', (_, names) => {
  expect(names.filter(name => !document.includes(`\`${name}\``))).toEqual([])
})

test('docs/request-logs.md has the limits of following live', () => {
  expect(document).toContain(`At most ${MAX_LIVE} clients`)
  expect(document).toContain(`Up to ${BUFFERED.toLocaleString('en')} wait`)
})
