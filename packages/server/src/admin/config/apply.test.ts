import { formatTable } from '@weir/core/assignment'
import { type ConfigInput, tablesOf } from '@weir/core/config'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Candidate, isSameConfig, prepare } from '../revision/candidate.ts'
import { applyConfig, type Rest } from './apply.ts'
import { withoutTables, withTables } from './tables.ts'

const FIRST = prepared(
  {
    version: 1,
    providers: { sim: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' } },
    models: { 'sim/*': {} },
  },
  undefined,
)

/** The config in force after this one was published over another. */
function prepared(config: unknown, before: Candidate | undefined): Candidate {
  const result = prepare(
    { config, tables: before?.tables ?? new Map() },
    {
      number: 2,
      secrets: {},
      managedBy: 'store',
      before: before === undefined ? undefined : { ...before, number: 1, at: 0 },
    },
  )
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems))
  return result
}

function apply(sent: object, before: Candidate, rest: Rest): Candidate {
  return prepared(applyConfig(before, sent as Record<string, unknown>, rest).config, before)
}

const tablesIn = ({ snapshot }: Candidate) =>
  Object.fromEntries(Array.from(tablesOf(snapshot), ([salt, table]) => [salt, formatTable(table)]))

const id = fc.constantFrom('a', 'b', 'c')
const rest = fc.constantFrom<Rest>('stays', 'goes')

/** Tables of whatever shape and size of runs, also of variants that are gone. */
const buckets = fc
  .array(fc.tuple(id, fc.integer({ min: 1, max: 3000 })), { minLength: 1, maxLength: 6 })
  .map(runs => {
    const used = runs.reduce((sum, [, count]) => sum + count, 0)
    const texts = runs.map(([variant, count]) => `${variant}*${count}`)
    return used > 10_000
      ? 'a*4000 b*6000'
      : [...texts, ...(used < 10_000 ? [`c*${10_000 - used}`] : [])].join(' ')
  })

const variants = fc
  .uniqueArray(
    fc.record({ id, weight: fc.integer({ min: 1, max: 9 }), priority: fc.constantFrom(0, 0, 1) }),
    {
      selector: variant => variant.id,
      minLength: 1,
    },
  )
  .map(list =>
    list.map((variant, index) => ({
      ...variant,
      model: `sim/${variant.id}`,
      priority: index === 0 ? 0 : variant.priority,
    })),
  )

const tables = {
  buckets: fc.option(buckets, { nil: undefined }),
  fallback_buckets: fc.option(
    buckets.map(table => ({ 1: table })),
    { nil: undefined },
  ),
}

const split = fc
  .record({
    variants,
    ...tables,
    salt: fc.constantFrom(undefined, 'salt'),
  })
  .map(({ salt, ...shared }) => ({ mode: 'proportional', ...shared, ...(salt && { salt }) }))

const router = fc.record(
  { default_route: fc.record({ split }), description: fc.constantFrom('one', 'two') },
  { requiredKeys: ['default_route'] },
)

const key = fc
  .record({
    id,
    routing: fc.option(fc.record({ variants, ...tables }), {
      nil: undefined,
    }),
  })
  .map(({ id: name, ...more }) => ({ id: name, digest: `sha256:${name.repeat(64)}`, ...more }))

/** Files for GitOps: all of a config or parts of it, with tables or without. Two routers never share a salt. */
const file = fc
  .record(
    {
      routers: fc.dictionary(id, router, { maxKeys: 1 }),
      keys: fc.uniqueArray(key, { selector: one => one.id }),
    },
    { requiredKeys: [] },
  )
  .map(sections => JSON.parse(JSON.stringify({ ...FIRST.config, ...sections })) as ConfigInput)

const history = fc.array(fc.tuple(file, fc.constant<Rest>('goes')), { maxLength: 3 })
const play = (files: readonly (readonly [ConfigInput, Rest])[]) =>
  files.reduce((before, [sent, others]) => apply(sent, before, others), FIRST)

test('what was applied changes nothing when it is applied again', () => {
  fc.assert(
    fc.property(history, file, (files, sent) => {
      const once = apply(sent, play(files), 'goes')
      expect(isSameConfig(apply(sent, once, 'goes'), once)).toBe(true)
      expect(isSameConfig(apply(sent, once, 'stays'), once)).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('what is exported changes nothing when it is applied', () => {
  fc.assert(
    fc.property(history, rest, (files, others) => {
      const inForce = play(files)
      expect(isSameConfig(apply(withTables(inForce), inForce, others), inForce)).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('what is exported brings its tables with it, whatever is in force where it is applied', () => {
  fc.assert(
    fc.property(history, history, (files, others) => {
      const from = play(files)
      const to = apply(withTables(from), play(others), 'goes')
      expect(tablesIn(to)).toEqual(tablesIn(from))
    }),
    { numRuns: 40 },
  )
})

test('a split that went and comes back gets the table it had, here and where an export was applied', () => {
  fc.assert(
    fc.property(history, files => {
      const from = play(files)
      const gone = apply(FIRST.config, from, 'goes')
      const to = apply(withTables(gone), FIRST, 'goes')
      const back = withoutTables(from) as object
      expect(tablesIn(apply(back, gone, 'goes'))).toEqual(tablesIn(from))
      expect(tablesIn(apply(back, to, 'goes'))).toEqual(tablesIn(from))
      expect(isSameConfig(apply(withTables(gone), gone, 'goes'), gone)).toBe(true)
      expect(withTables(to).former_buckets).toEqual(withTables(gone).former_buckets)
    }),
    { numRuns: 40 },
  )
})
