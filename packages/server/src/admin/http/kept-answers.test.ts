import { expect, it } from 'vitest'
import type { IdempotentAnswer } from '../../storage/control-store.ts'
import { createSealer } from '../../storage/seal.ts'
import { KeptAnswers } from './kept-answers.ts'

function storeOf(kept: Map<string, IdempotentAnswer>) {
  return {
    find: async (key: string) => kept.get(key),
    insert: async (answer: IdempotentAnswer) => {
      if (kept.has(answer.key)) return 'exists' as const
      kept.set(answer.key, answer)
      return 'inserted' as const
    },
    remove: async (key: string) => {
      kept.delete(key)
    },
    removeOlderThan: async (at: number) => {
      for (const [key, answer] of kept) if (answer.at < at) kept.delete(key)
    },
  }
}

const sealerOf = (byte: number) => createSealer(Buffer.alloc(32, byte))

it('runs what has one key one after the other, and what has others meanwhile', async () => {
  const answers = new KeptAnswers(storeOf(new Map()), sealerOf(1))
  const steps: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = answers.alone('a', async () => {
    steps.push('first begins')
    await gate.promise
    steps.push('first fails')
    throw new Error('it failed')
  })
  const second = answers.alone('a', async () => steps.push('second'))
  await answers.alone('b', async () => steps.push('other'))
  gate.resolve()
  await expect(first).rejects.toThrow('it failed')
  await second
  expect(steps).toEqual(['first begins', 'other', 'first fails', 'second'])
})

it('gives an answer back for a day, and to the same request only', async () => {
  const kept = new Map<string, IdempotentAnswer>()
  const answers = new KeptAnswers(storeOf(kept), sealerOf(1))
  const headers = { 'content-type': 'application/json', etag: '"x"', 'set-cookie': 'secret=1' }
  await answers.keep('a', 'request', new Response('{"id":"x"}', { status: 201, headers }))
  const found = await answers.find('a', 'request')
  expect(found).toBeInstanceOf(Response)
  expect(await (found as Response).text()).toBe('{"id":"x"}')
  expect(Object.fromEntries((found as Response).headers)).toEqual({
    'content-type': 'application/json',
    etag: '"x"',
    'idempotency-replayed': 'true',
  })
  expect(await answers.find('a', 'another')).toBe('other_request')
  const old = kept.get('a') as IdempotentAnswer
  kept.set('a', { ...old, at: old.at - 86_400_001 })
  expect(await answers.find('a', 'request')).toBeUndefined()
})

it('takes what another master key sealed for nothing, and keeps the next answer in its place', async () => {
  const kept = new Map<string, IdempotentAnswer>()
  await new KeptAnswers(storeOf(kept), sealerOf(1)).keep('a', 'request', new Response('1', { status: 201 }))
  const answers = new KeptAnswers(storeOf(kept), sealerOf(2))
  expect(await answers.find('a', 'request')).toBeUndefined()
  await answers.keep('a', 'request', new Response('2', { status: 201 }))
  expect(await ((await answers.find('a', 'request')) as Response).text()).toBe('2')
})
