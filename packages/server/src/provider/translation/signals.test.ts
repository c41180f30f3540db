// What the tap collects is the same whichever way an answer takes: native or translated, whole or streamed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFrameFields } from '../../gateway/sse.ts'
import { type AnswerFacts, emptyFacts, type WireFormat } from '../wire-format.ts'
import { streamOf as partsOf, someReply } from './arbitrary.ts'
import {
  answerOf,
  asToldBy,
  frames,
  nativeOf,
  pairs,
  providers,
  streamOf,
  translated,
} from './fixtures/pairs.ts'
import { eventsOf } from './fixtures/reassemble.ts'

const collected = ({ text, toolNames, toolCalls, outputLength }: AnswerFacts) => ({
  whole: text.whole,
  toolNames,
  toolCalls,
  outputLength,
})

/** An answer as the format tells it, with the facts that its native reading gives. */
function told(format: WireFormat) {
  const cuts = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 4 })
  return fc.tuple(someReply(), cuts).map(([any, at]) => {
    const reply = asToldBy(format, any)
    const facts = emptyFacts('whole')
    const answer = answerOf(format, reply)
    nativeOf(format).endpoint.readAnswer(answer, facts)
    return { answer, stream: streamOf(format, partsOf(reply, at)), native: collected(facts) }
  })
}

describe.each(providers.map(format => [format.name, format] as const))('a stream of %s', (_, format) => {
  test('tells natively what the whole answer does', () => {
    fc.assert(
      fc.property(told(format), ({ stream, native }) => {
        const facts = emptyFacts('whole')
        for (const frame of stream.split(/(?<=\n\n)/)) {
          const { event, data } = readFrameFields(Buffer.from(frame))
          if (data !== undefined) nativeOf(format).endpoint.readFrame(event, data, facts)
        }
        expect(collected(facts)).toEqual(native)
      }),
    )
  })
})

describe.each(pairs)('a client of %s at a provider of %s', (_client, _format, client, format) => {
  test('leaves the same facts as a native one, whole and streamed', () => {
    fc.assert(
      fc.property(told(format), ({ answer, stream, native }) => {
        const whole = emptyFacts('whole')
        translated(client, format, answer, whole)
        expect(collected(whole)).toEqual(native)
        const streamed = emptyFacts('whole')
        const relay = frames(client, format)
        for (const { event, data } of eventsOf(stream)) relay.push(event, data, streamed)
        expect(collected(streamed)).toEqual(native)
      }),
    )
  })
})
