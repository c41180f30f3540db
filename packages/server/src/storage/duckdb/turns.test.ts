import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

/** Work that says when it is under way, and ends when it is told to. */
function work(running: Set<string>, name: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const run = async () => {
    running.add(name)
    await promise
    running.delete(name)
  }
  return { run, end: resolve }
}

test('so many work at once, and the next in the order in which they came', async () => {
  const turns = new Turns(2)
  const running = new Set<string>()
  const works = ['a', 'b', 'c', 'd'].map(name => work(running, name))
  const all = Promise.all(works.map(({ run }) => turns.take(run)))
  await turn()
  const seen = [[...running]]
  for (const { end } of works) {
    end()
    await turn()
    seen.push([...running])
  }
  await all
  expect(seen).toEqual([['a', 'b'], ['b', 'c'], ['c', 'd'], ['d'], []])
})

test('work that fails gives its place back', async () => {
  const turns = new Turns(1)
  await expect(turns.take(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await turns.take(async () => 'next')).toBe('next')
})

test('who takes all places works alone, also beside others who do', async () => {
  const turns = new Turns(3)
  let alone = 0
  const all = async () => {
    alone++
    await turn()
    expect(alone).toBe(1)
    alone--
  }
  const one = async () => {
    expect(alone).toBe(0)
    await turn()
    expect(alone).toBe(0)
  }
  await Promise.all([
    turns.take(one),
    turns.takeAll(all),
    turns.take(one),
    turns.takeAll(all),
    turns.take(one),
  ])
})
