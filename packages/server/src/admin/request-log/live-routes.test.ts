import { get, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { requestEvent } from '../../storage/fixtures/request-events.ts'
import { startTestControl } from '../fixtures/running-control.ts'
import { MAX_LIVE, registerLive } from './live-routes.ts'
import type { Follow } from './live-stream.ts'
import type { RequestLog } from './request-log.ts'

type Follower = Parameters<Follow>[0]

/** A control port whose requests are those that the test sends. */
async function startLive() {
  const followers = new Set<Follower>()
  const follow: Follow = follower => {
    followers.add(follower)
    return () => void followers.delete(follower)
  }
  const log = { follow, pseudonym: (kind: string, id: string) => `${kind}/${id}` } as RequestLog
  const control = await startTestControl({ resources: () => [app => registerLive(app, log)] })
  const send: Follower = (events, missed) => {
    for (const follower of followers) follower(events, missed)
  }
  return { ...control, send, followers }
}

function open(url: string, token: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const request = get(`${url}/api/v1/requests/live`, { headers, agent: false }, resolve)
    request.once('error', reject)
    onTestFinished(() => void request.destroy())
  })
}

const untilFollowed = async (followers: ReadonlySet<Follower>, count: number) => {
  while (followers.size !== count) await delay(5)
}

test('a client that does not read holds nothing up, and learns how much it missed', async () => {
  const { url, token, send, followers } = await startLive()
  const response = await open(url, token)
  response.pause()
  const SENT = 40_000
  const piece = Array.from({ length: 500 }, () => requestEvent())
  for (let sent = 0; sent < SENT; sent += piece.length) {
    send(piece, 0)
    // So that the socket takes what it can.
    await delay(0)
  }
  const seen = { request: 0, missed: 0 }
  response.setEncoding('utf8')
  let text = ''
  response.on('data', (part: string) => {
    text += part
  })
  response.resume()
  while (seen.request + seen.missed < SENT) {
    await delay(5)
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      if (frame.startsWith('event: request')) seen.request++
      const missed = /^event: missed\ndata: \{"requests":(\d+)\}$/.exec(frame)?.[1]
      seen.missed += Number(missed ?? 0)
    }
  }
  expect(seen.request + seen.missed).toBe(SENT)
  expect(Math.min(seen.request, seen.missed)).toBeGreaterThan(0)
  response.destroy()
  await untilFollowed(followers, 0)
})

test('asking for the headers alone takes no place', async () => {
  const { url, token, call, followers } = await startLive()
  for (let index = 0; index <= MAX_LIVE; index++) {
    const { status, headers } = await call('HEAD', '/api/v1/requests/live')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  }
  expect((await open(url, token)).statusCode).toBe(200)
  expect(followers.size).toBe(1)
})

test('a follower whose connection breaks makes room', async () => {
  const { url, token, followers } = await startLive()
  const open20 = await Promise.all(Array.from({ length: MAX_LIVE }, () => open(url, token)))
  expect((await open(url, token)).statusCode).toBe(429)
  open20[3]?.destroy()
  await untilFollowed(followers, MAX_LIVE - 1)
  expect((await open(url, token)).statusCode).toBe(200)
})
