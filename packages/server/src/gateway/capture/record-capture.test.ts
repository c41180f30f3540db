import type { RequestEvent } from '@weir/core/event'
import { captureEventSchema } from '@weir/core/event'
import { expect, test } from 'vitest'
import { emptyFacts } from '../../provider/wire-format.ts'
import type { Exchange } from '../exchange.ts'
import { Capture } from './capture.ts'
import { CaptureMemory } from './capture-memory.ts'
import { captureEvent, capturePrompt, finishCapture } from './record-capture.ts'

/** An exchange that is captured by these rules, in a memory that it fills. */
function capturedExchange(redact: (text: string) => { text: string; redactions: number }) {
  const memory = new CaptureMemory(100)
  memory.reserve(100)
  const bugs: unknown[] = []
  const rules = { rate: 1, size: 1024, redactor: { redact } } as unknown as ConstructorParameters<
    typeof Capture
  >[0]
  const exchange = {
    capture: new Capture(rules, memory, 100),
    answer: emptyFacts(),
    gateway: { reportBug: (bug: unknown) => bugs.push(bug) },
  } as unknown as Exchange
  return { exchange, memory, bugs }
}

const broken = () => {
  throw new Error('cannot')
}

test.each(['prompt', 'answer'])('a bug in redacting the %s costs the capture, and nothing else', place => {
  const redact =
    place === 'prompt' ? broken : (text: string) => (text === 'asked' ? { text, redactions: 0 } : broken())
  const { exchange, memory, bugs } = capturedExchange(redact)
  capturePrompt(exchange, 'asked', [])
  expect(finishCapture(exchange)).toBeUndefined()
  expect([exchange.capture, bugs]).toEqual([null, [new Error('cannot')]])
  expect(memory.reserve(100)).toBe(true)
})

test('what is kept becomes an event beside the request’s own', () => {
  const { exchange } = capturedExchange(text => ({ text, redactions: 1 }))
  capturePrompt(exchange, 'asked', [])
  exchange.answer.text.add('answered')
  const words = finishCapture(exchange)
  if (words === undefined) throw new Error('nothing is kept')
  const request = { request_id: 'r1', at: '2026-11-21T10:00:00.000Z', tenant: 't', router: 'chat', unit: 'u' }
  const event = captureEvent(request as RequestEvent, words)
  expect(captureEventSchema.parse(event)).toEqual({
    kind: 'capture',
    version: 1,
    ...request,
    prompt: 'asked',
    answer: 'answered',
    truncated: [],
    redactions: 2,
  })
})

test('a request that is not captured has no words', () => {
  const exchange = { capture: null, answer: emptyFacts() } as unknown as Exchange
  capturePrompt(exchange, 'asked', [])
  expect(finishCapture(exchange)).toBeUndefined()
})
