import { formatTable } from '@weir/core/assignment'
import { expect, test } from 'vitest'
import { compile } from './compile.ts'
import { compileContext } from './fixtures/demo-config.ts'
import { tablesOf } from './tables-of.ts'

const split = (...ids: readonly string[]) => ({
  mode: 'proportional',
  variants: [
    { id: 'first', model: 'sim/a', weight: 1 },
    ...ids.map(id => ({ id, model: 'sim/a', weight: 1, priority: 1 })),
  ],
})

function tablesWith(declared: object, tables = new Map<string, string>()): Record<string, string> {
  const config = {
    version: 1,
    providers: { sim: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' } },
    models: { 'sim/a': {} },
    ...declared,
  }
  const known = new Map(
    Array.from(tables, ([salt, variant]) => [salt, [{ variant, buckets: 10_000 }]] as const),
  )
  const compiled = compile(config, { ...compileContext, tables: known })
  if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.problems))
  return Object.fromEntries(
    Array.from(tablesOf(compiled.snapshot), ([salt, table]) => [salt, formatTable(table)]),
  )
}

const routers = { r: { default_route: { split: split('x', 'y') } } }

test('a split that comes back begins with the table it is said to have had', () => {
  const former_buckets = { 'r.default.p1': 'y*5000 x*5000', gone: 'a*10000' }
  expect(tablesWith({ routers })).toMatchObject({ 'r.default.p1': 'x*5000 y*5000' })
  expect(tablesWith({ routers, former_buckets })).toMatchObject({ 'r.default.p1': 'y*5000 x*5000' })
})

test('a table that is known stays, and one that the split declares comes first', () => {
  const former_buckets = { 'r.default.p1': 'y*5000 x*5000' }
  const known = new Map([['r.default.p1', 'x']])
  expect(tablesWith({ routers, former_buckets }, known)['r.default.p1']).toBe('x*5000 y*5000')
  const declared = { ...split('x', 'y'), fallback_buckets: { 1: 'y*1000 x*5000 y*4000' } }
  const own = { r: { default_route: { split: declared } } }
  expect(tablesWith({ routers: own, former_buckets }, known)['r.default.p1']).toBe('y*1000 x*5000 y*4000')
})

test.each([
  ['what is no table', { gone: 'a*1' }, 'bucket_table'],
  ['what is no salt', { 'a b': 'a*10000' }, 'invalid_name'],
])('%s is a problem', (_, former_buckets, code) => {
  expect(compile({ version: 1, former_buckets }, compileContext)).toMatchObject({
    kind: 'refused',
    problems: [{ code, path: ['former_buckets', Object.keys(former_buckets)[0]] }],
  })
})
