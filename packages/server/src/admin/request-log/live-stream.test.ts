import type { RequestEvent } from '@weir/core/event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { requestEvent } from '../../storage/fixtures/request-events.ts'
import { BUFFERED, type Follow, liveStream } from './live-stream.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Told = { readonly event: string; readonly data: Record<string, unknown> }

function openStream(isKnown: () => Promise<boolean> = () => Promise.resolve(true)) {
  let follower: Parameters<Follow>[0] | undefined
  let ends = 0
  const stop = new AbortController()
  const stream = liveStream({
    follow: each => {
      follower = each
      return () => {
        follower = undefined
      }
    },
    passes: event => event.router === 'demo',
    stopping: stop.signal,
    isStillKnown: isKnown,
    onEnd: () => ends++,
  })
  const reader = stream.getReader()
  const readText = async () => {
    const { value, done } = await reader.read()
    return done ? undefined : new TextDecoder().decode(value)
  }
  const readTold = async (): Promise<Told | undefined> => {
    const text = await readText()
    if (text === undefined || text.startsWith(':')) return text === undefined ? undefined : readTold()
    const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)\n\n$/.exec(text) ?? []
    return { event, data: JSON.parse(data) as Told['data'] }
  }
  return {
    reader,
    readText,
    readTold,
    stop,
    send: (events: readonly RequestEvent[], missed = 0) => follower?.(events, missed),
    isFollowed: () => follower !== undefined,
    ends: () => ends,
  }
}

test('begins at once, and hands on what passes', async () => {
  const { readText, readTold, send } = openStream()
  expect(await readText()).toMatch(/^: /)
  const wanted = requestEvent()
  send([requestEvent({ router: 'other' }), wanted])
  expect(await readTold()).toEqual({ event: 'request', data: wanted })
})

test('what a client does not read in time is left out, and it is told how much, once there is room', async () => {
  const { readTold, send } = openStream()
  const events = Array.from({ length: BUFFERED + 500 }, () => requestEvent())
  send(events.slice(0, 700))
  send(events.slice(700))
  const told: Told[] = []
  let missed = 0
  while (missed === 0) {
    const next = (await readTold()) as Told
    if (next.event === 'missed') missed = Number(next.data.requests)
    else told.push(next)
  }
  expect(told.map(({ data }) => data.request_id)).toEqual(
    events.slice(0, told.length).map(({ request_id }) => request_id),
  )
  expect(told.length).toBeLessThanOrEqual(BUFFERED)
  expect(told.length + missed).toBe(events.length)
  const later = requestEvent()
  send([later])
  expect(await readTold()).toEqual({ event: 'request', data: later })
})

test('what was left out before it came here is told before what comes next', async () => {
  const { readTold, send } = openStream()
  send([requestEvent()], 7)
  expect(await readTold()).toEqual({ event: 'missed', data: { requests: 7 } })
  expect(await readTold()).toMatchObject({ event: 'request' })
})

test('silence is broken every quarter of a minute', async () => {
  const { readText } = openStream()
  await readText()
  await vi.advanceTimersByTimeAsync(15_000)
  expect(await readText()).toBe(': still here\n\n')
})

test.each([
  ['may no longer', () => Promise.resolve(false)],
  ['cannot be looked up', () => Promise.reject(new Error('broken'))],
])('ends when whoever follows %s', async (_, isKnown) => {
  const { readTold, isFollowed, ends } = openStream(isKnown)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await readTold()).toEqual({ event: 'end', data: { reason: 'unauthenticated' } })
  expect(await readTold()).toBeUndefined()
  expect([isFollowed(), ends(), vi.getTimerCount()]).toEqual([false, 1, 0])
})

test('ends when the program stops', async () => {
  const { readTold, isFollowed, ends, stop } = openStream()
  stop.abort()
  expect(await readTold()).toEqual({ event: 'end', data: { reason: 'stopping' } })
  expect(await readTold()).toBeUndefined()
  expect([isFollowed(), ends()]).toEqual([false, 1])
})

test('a client that goes away leaves nothing behind', async () => {
  const { reader, isFollowed, ends, stop } = openStream()
  await reader.cancel()
  stop.abort()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([isFollowed(), ends(), vi.getTimerCount()]).toEqual([false, 1, 0])
})
