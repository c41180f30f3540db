import { expect, test } from 'vitest'
import { readUnit, recordedUnits } from './unit-reference.ts'

test.each([
  ['user:ada', { kind: 'user', id: 'ada' }],
  ['user:a:b', { kind: 'user', id: 'a:b' }],
  ['metadata.account.id:7', { kind: 'metadata.account.id', id: '7' }],
  ['header:x-account:7', { kind: 'header:x-account', id: '7' }],
  ['cookie:sid:7', { kind: 'cookie:sid', id: '7' }],
  ['user:two\nlines', { kind: 'user', id: 'two\nlines' }],
  ['user:', undefined],
  ['header:x-account', undefined],
  ['team:7', undefined],
  ['0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f', undefined],
])('%j reads as a unit', (text, unit) => {
  expect(readUnit(text)).toEqual(unit)
})

test('a unit is looked for as its pseudonym and as itself, a pseudonym only as it is', () => {
  const pseudonym = (kind: string, id: string) => `<${kind} ${id}>`
  expect(recordedUnits('user:ada', pseudonym)).toEqual([
    { kind: 'user', unit: '<user ada>' },
    { kind: 'user', unit: 'ada' },
  ])
  expect(recordedUnits('0f0f', pseudonym)).toEqual([{ kind: null, unit: '0f0f' }])
})
