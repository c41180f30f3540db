import { expect, test } from 'vitest'
import { beginTrace, continueTrace, joinBaggage, newSpanId, traceparentOf } from './trace-context.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

test('ids of our own are valid and never repeat', () => {
  const made = Array.from({ length: 1000 }, () => beginTrace(1))
  expect(new Set(made.map(({ traceId }) => traceId)).size).toBe(1000)
  expect(new Set([...made.map(({ spanId }) => spanId), ...made.map(newSpanId)]).size).toBe(2000)
  for (const trace of made) {
    expect(trace.parentSpanId).toBeNull()
    expect(traceparentOf(trace, newSpanId())).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  }
})

test.each([0, 0.25, 1])('of traces that begin here a share of %d is sampled', sampling => {
  const traces = Array.from({ length: 20_000 }, () => beginTrace(sampling))
  const share = traces.filter(({ sampled }) => sampled).length / traces.length
  // Five standard deviations of a binomial share.
  expect(Math.abs(share - sampling)).toBeLessThanOrEqual(5 * Math.sqrt((sampling * (1 - sampling)) / 20_000))
  // The id decides: whoever draws by it with the same share draws the same.
  for (const { traceId, sampled } of traces)
    expect(Number.parseInt(traceId.slice(24), 16) / 2 ** 32 < sampling).toBe(sampled)
})

test.each([
  [`00-${TRACE}-${SPAN}-01`, true],
  [`00-${TRACE}-${SPAN}-00`, false],
  [`00-${TRACE}-${SPAN}-03`, true],
  [`cc-${TRACE}-${SPAN}-01-future`, true],
])('%j is gone on with, sampled: %s', (traceparent, sampled) => {
  const trace = continueTrace(traceparent)
  expect(trace).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, sampled })
  expect(trace?.spanId).toMatch(/^(?!b7ad6b7169203331)[0-9a-f]{16}$/)
})

test.each([
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE.slice(1)}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  `cc-${TRACE}-${SPAN}-01future`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  'nonsense',
  '',
])('%j begins a new trace', traceparent => {
  expect(continueTrace(traceparent)).toBeUndefined()
})

test.each([
  [undefined, undefined, undefined],
  ['team=a', undefined, 'team=a'],
  [undefined, 'weir.router=r', 'weir.router=r'],
  ['team=a', 'weir.router=r', 'team=a,weir.router=r'],
  ['weir.router=forged, team=a;p=weir.x', 'weir.router=r', ' team=a;p=weir.x,weir.router=r'],
  ['weir.router=forged', undefined, undefined],
  ['weir.router=forged', 'weir.router=r', 'weir.router=r'],
  [`a=${'x'.repeat(8190)}`, 'weir.router=r', 'weir.router=r'],
  [`a=${'x'.repeat(8190)}`, undefined, `a=${'x'.repeat(8190)}`],
  [`a=${'x'.repeat(8191)}`, undefined, undefined],
])('baggage: %.20s and %s give %.40s', (client, own, joined) => {
  expect(joinBaggage(client, own)).toBe(joined)
})
