import { describe, expect, it } from 'vitest'
import { readDirectives } from './header.ts'

describe('readDirectives', () => {
  it.each([
    [undefined, {}],
    ['  ', {}],
    [
      'output_tokens=129; tokens_per_chunk=16; speed=20',
      { output_tokens: 129, tokens_per_chunk: 16, speed: 20 },
    ],
    ['refusal;crlf ;', { refusal: true, crlf: true }],
    ['tool_call', { tool_call: 1 }],
    ['tool_call=2', { tool_call: 2 }],
    ['text=%F0%9F%9A%80%20a%3Bb', { text: '🚀 a;b' }],
    ['thinking;redacted_thinking', { thinking: '', redacted_thinking: true }],
    ['thinking=let%20me%20see;cache_write_tokens=3', { thinking: 'let me see', cache_write_tokens: 3 }],
    ['error_event=mid;error_event_status=529', { error_event: 'mid', error_event_status: 529 }],
    [
      'error=429;retry_after=Wed, 21 Oct 2026 07:28:00 GMT',
      { error: 429, retry_after: 'Wed, 21 Oct 2026 07:28:00 GMT' },
    ],
    ['ttft_ms=1.5;usage=none;hang=mid', { ttft_ms: 1.5, usage: 'none', hang: 'mid' }],
  ])('reads %j', (header, directives) => {
    expect(readDirectives(header)).toEqual({ kind: 'directives', directives })
  })

  it.each([
    ['speeed=2', /unknown name 'speeed'; known are .*speed.*encoding/],
    ['speed=2;speed=3', /'speed' is given twice/],
    ['speed=0', /speed: must be above 0/],
    ['speed=-1', /speed: must be a number/],
    ['error=200', /error: must be 400 to 599/],
    ['hang=later', /hang: .*"headers"/],
    ['crlf=1', /crlf: takes no value/],
    ['text=%E0%A4%A', /text: must be URL-encoded/],
    ['output_tokens=1.5; split=0', /output_tokens: must be a whole number; split: must be at least 1/],
    ['toString=1', /unknown name 'toString'/],
  ])('refuses %j', (header, message) => {
    expect(readDirectives(header)).toEqual({
      kind: 'problem',
      message: expect.stringMatching(message) as string,
    })
  })
})
