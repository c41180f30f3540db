import { expect, test } from 'vitest'
import { type ControlStore, type RevisionRecord, StoreUnavailableError } from '../../storage/control-store.ts'
import { CONFIG, startTestControl } from '../fixtures/running-control.ts'
import { findRevision } from './decided-revision.ts'

/** Revisions 1, and 2, in force, with other weights. */
async function twoRevisions(store?: (store: ControlStore) => ControlStore) {
  const { revisions } = await startTestControl(store === undefined ? {} : { store })
  const variants = [
    { id: 'large', model: 'sim/large', weight: 10 },
    { id: 'small', model: 'sim/small', weight: 90 },
  ]
  const config = { ...CONFIG, routers: { chat: { default_route: { split: { variants } } } } }
  const published = await revisions.publish(() => ({ kind: 'config', config }), {
    actor: 'test',
    reason: null,
  })
  expect(published.kind).toBe('published')
  return revisions
}

/** A store whose revisions are read as `change` has them. */
function reading(change: (record: RevisionRecord | undefined) => RevisionRecord | undefined) {
  return (store: ControlStore): ControlStore => ({
    ...store,
    revisions: {
      append: (...args) => store.revisions.append(...args),
      newest: () => store.revisions.newest(),
      list: query => store.revisions.list(query),
      get: async number => change(await store.revisions.get(number)),
    },
  })
}

test.each([
  [1, [0.8, 0.2]],
  [2, [0.1, 0.9]],
])('revision %d is the config of then', async (number, shares) => {
  const found = await findRevision(await twoRevisions(), number)
  expect(found.kind === 'known' && found.active.routers.get('chat')?.routes[0]?.sharing.shares).toEqual(
    shares,
  )
})

test('one that was never there is said to be gone', async () => {
  const why = 'revision 7 is not in the store'
  expect(await findRevision(await twoRevisions(), 7)).toEqual({ kind: 'unknown', why })
})

test('one that is no config for the program of now says so', async () => {
  const broken = reading(record => record && { ...record, config: { ...record.config, models: {} } })
  const why = 'the config of revision 1 is not valid here and now'
  expect(await findRevision(await twoRevisions(broken), 1)).toEqual({ kind: 'unknown', why })
})

test('a store that cannot be read says why', async () => {
  const unreadable = reading(() => {
    throw new StoreUnavailableError('the disk is gone')
  })
  expect(await findRevision(await twoRevisions(unreadable), 1)).toEqual({
    kind: 'unknown',
    why: 'the disk is gone',
  })
})
