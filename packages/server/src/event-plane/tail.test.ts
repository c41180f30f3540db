import type { RecordedEvent, RequestEvent } from '@weir/core/event'
import { expect, test } from 'vitest'
import { Tail } from './tail.ts'

const request = (id: string) => ({ kind: 'request', request_id: id }) as RecordedEvent
const revision = { kind: 'revision' } as RecordedEvent

function tailOf() {
  const sent: string[][] = []
  const missing: number[] = []
  const arrivals: (() => void)[] = []
  const tail = new Tail((events: readonly RequestEvent[], missed, arrived) => {
    sent.push(events.map(event => event.request_id))
    missing.push(missed)
    arrivals.push(arrived)
  })
  return { tail, sent, missing, arrivals }
}

test('sends requests, and nothing else, while somebody follows', () => {
  const { tail, sent } = tailOf()
  tail.observe([request('before')])
  tail.turn('on')
  tail.observe([request('a'), revision, request('b')])
  tail.observe([revision])
  tail.turn('off')
  tail.observe([request('after')])
  expect(sent).toEqual([['a', 'b']])
})

test('leaves out what the other side does not keep up with, says how much, and goes on when it does', () => {
  const { tail, sent, missing, arrivals } = tailOf()
  tail.turn('on')
  for (let piece = 0; piece < 20; piece++) tail.observe([request(String(piece))])
  expect(sent).toHaveLength(8)
  arrivals[0]?.()
  tail.observe([request('again')])
  tail.observe([request('too'), revision, request('much')])
  arrivals[1]?.()
  tail.observe([request('later')])
  expect(sent.slice(8)).toEqual([['again'], ['later']])
  expect(missing).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 12, 2])
})
