import { describe, expect, it } from 'vitest'
import { createUnitLedger, unitOf } from './units.ts'

const user = (id: string) => ({ kind: 'user', id })

describe('the ledger of units', () => {
  it('counts a unit once, at its first variant, and reports that it crossed', () => {
    const ledger = createUnitLedger()
    ledger.record('default', 'large', user('a'))
    ledger.record('default', 'large', user('a'))
    ledger.record('default', 'small', user('a'))
    ledger.record('default', 'large', user('a'))
    ledger.record('default', 'small', user('b'))
    expect(ledger.of('default')).toEqual({
      byVariant: new Map([
        ['large', 1],
        ['small', 1],
      ]),
      byKind: new Map([['user', 2]]),
      crossed: 1,
    })
  })

  it('keeps routes apart: another route may well assign another variant', () => {
    const ledger = createUnitLedger()
    ledger.record('default', 'large', user('a'))
    ledger.record('premium', 'small', user('a'))
    expect(ledger.of('default').crossed + ledger.of('premium').crossed).toBe(0)
    expect(ledger.of('premium').byVariant).toEqual(new Map([['small', 1]]))
  })

  it('takes a request that is its own unit as a new one each time', () => {
    const ledger = createUnitLedger()
    ledger.record('default', 'large', { kind: 'request', id: null })
    ledger.record('default', 'small', { kind: 'request', id: null })
    expect(ledger.of('default')).toMatchObject({ byKind: new Map([['request', 2]]), crossed: 0 })
  })

  it('does not take a user and a conversation of one name for one unit', () => {
    const ledger = createUnitLedger()
    ledger.record('default', 'large', user('a'))
    ledger.record('default', 'small', { kind: 'conversation', id: 'a' })
    expect(ledger.of('default').crossed).toBe(0)
  })

  it('of a route nothing came to is empty', () => {
    expect(createUnitLedger().of('default')).toEqual({ byVariant: new Map(), byKind: new Map(), crossed: 0 })
  })
})

describe('the unit of a request', () => {
  const metadata = { conversation_id: 'c-7', team: { id: 12 }, tags: ['a'] }
  const request = { user: 'unit-1', opening: 'abc', metadata }

  it.each([
    ['user', { kind: 'user', id: 'unit-1' }],
    ['request', { kind: 'request', id: null }],
    ['conversation', { kind: 'conversation', id: 'abc' }],
    ['conversation_id', { kind: 'conversation_id', id: 'c-7' }],
    ['metadata.team.id', { kind: 'metadata.team.id', id: '12' }],
    ['metadata.team', { kind: 'metadata.team', id: null }],
    ['metadata.no.such', { kind: 'metadata.no.such', id: null }],
    ['key', { kind: 'key', id: 'key' }],
    ['header:x-tenant', { kind: 'header:x-tenant', id: null }],
    [null, { kind: 'user', id: 'unit-1' }],
  ])('decided by %s is %o', (kind, unit) => {
    expect(unitOf(kind, request)).toEqual(unit)
  })

  it('that nobody named is the user sent, or else the request', () => {
    expect(unitOf(null, { user: null, opening: 'abc', metadata: null })).toEqual({
      kind: 'request',
      id: null,
    })
    expect(unitOf('conversation_id', { user: null, opening: 'abc', metadata: null }).id).toBeNull()
  })
})
