import { describe, expect, it } from 'vitest'
import { findRealTrace } from '../fixtures/real-traces.ts'
import { temporaryFile } from '../fixtures/temporary-file.ts'
import type { Arrival } from './arrival.ts'
import { openTrace, type Trace } from './trace.ts'

const azureHead = 'TIMESTAMP,ContextTokens,GeneratedTokens'
const azureRow = '2023-11-16 18:15:46.6805900,374,44'
const mooncakeRow = '{"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [0, 7]}'
const chatRow = '{"model": "gpt", "messages": [{"role": "user", "content": "hi"}]}'

async function read(text: string, limit = Infinity): Promise<{ trace: Trace; arrivals: Arrival[] }> {
  const trace = await openTrace(await temporaryFile(text), limit)
  return { trace, arrivals: await Array.fromAsync(trace.arrivals()) }
}

describe('a trace', () => {
  it('in Azure CSV has lengths, and times after its first arrival', async () => {
    const { trace, arrivals } = await read(`${azureHead}\n${azureRow}\n2023-11-16 18:15:50.9951690,396,109\n`)
    expect(trace).toMatchObject({ format: 'azure', times: 'recorded', requests: 2 })
    expect(trace.spanMs).toBeCloseTo(4314.579, 3)
    expect(arrivals[0]).toEqual({
      index: 0,
      afterMs: 0,
      prompt: { kind: 'length', tokens: 374 },
      answerTokens: 44,
    })
    expect(arrivals[1]?.afterMs).toBeCloseTo(4314.579, 3)
  })

  it.each([
    ['CRLF line ends', `${azureHead}\r\n${azureRow}\r\n${azureRow}`],
    ['a byte order mark', `\uFEFF${azureHead}\n${azureRow}\n${azureRow}\n`],
    ['blank lines', `\n${azureHead}\n\n${azureRow}\n\n${azureRow}\n\n`],
    [
      'columns in another order',
      `GeneratedTokens,x,TIMESTAMP,ContextTokens\n${'44,,2023-11-16 18:15:46.6805900,374\n'.repeat(2)}`,
    ],
  ])('in Azure CSV may have %s', async (_what, text) => {
    const { arrivals } = await read(text)
    expect(arrivals.map(arrival => arrival.answerTokens)).toEqual([44, 44])
  })

  it('in Mooncake JSON lines has prefix blocks', async () => {
    const { trace, arrivals } = await read(`${mooncakeRow}\n${mooncakeRow.replace(': 0', ': 3000')}\n`)
    expect(trace).toMatchObject({ format: 'mooncake', spanMs: 3000, requests: 2 })
    expect(arrivals[1]).toEqual({
      index: 1,
      afterMs: 3000,
      prompt: { kind: 'blocks', tokens: 600, blocks: [0, 7] },
      answerTokens: 5,
    })
  })

  it('of chat requests keeps every field but the timestamp', async () => {
    const { trace, arrivals } = await read(`\uFEFF${chatRow}\n`)
    expect(trace).toMatchObject({ format: 'chat', times: 'none', spanMs: 0 })
    expect(arrivals[0]?.prompt).toEqual({ kind: 'recorded', body: JSON.parse(chatRow) })
    const timed = await read(
      '{"timestamp": "2026-01-01T00:00:00Z", "messages": [{"role": "user"}], "seed": 4}\n' +
        '{"timestamp": "2026-01-01T01:00:01.5+01:00", "messages": [{"role": "user"}]}\n',
    )
    expect(timed.trace).toMatchObject({ times: 'recorded', spanMs: 1500 })
    expect(timed.arrivals[0]?.prompt).toEqual({
      kind: 'recorded',
      body: { messages: [{ role: 'user' }], seed: 4 },
    })
  })

  it('of chat requests may hold separators at which other readers end a line', async () => {
    const content = 'one\u2028two\u2029three'
    const { arrivals } = await read(`${chatRow.replace('"hi"', JSON.stringify(content))}\n${chatRow}\n`)
    expect(arrivals).toHaveLength(2)
    expect(arrivals[0]?.prompt).toMatchObject({ body: { messages: [{ content }] } })
  })

  it('ends at the limit, and what is wrong behind it does not matter', async () => {
    const { trace, arrivals } = await read(`${azureHead}\n${azureRow}\n${azureRow}\nnonsense,0,0\n`, 2)
    expect(trace.requests).toBe(2)
    expect(arrivals).toHaveLength(2)
  })

  it.each([
    ['an empty file', '', /trace: holds no requests/],
    ['a header alone', `${azureHead}\n`, /trace: holds no requests/],
    ['an unknown header', 'time,in,out\n', /trace:1: unknown format/],
    ['unknown JSON', '\n{"a": 1}\n', /trace:2: unknown format/],
    [
      'a bad time',
      `${azureHead}\n${azureRow}\nyesterday,1,1\n`,
      /trace:3: TIMESTAMP: "yesterday" is not a time/,
    ],
    [
      'a bad count',
      `${azureHead}\r\n${azureRow.replace('374', '3.5')}\r\n`,
      /trace:2: ContextTokens: "3.5" is not/,
    ],
    [
      'a count of zero',
      `${azureHead}\n${azureRow.replace(',44', ',0')}\n`,
      /trace:2: GeneratedTokens: "0" is not/,
    ],
    [
      'a missing column',
      `${azureHead}\n${azureRow}\n2023-11-16 18:15:47,1\n`,
      /trace:3: .*(length|columns)/i,
    ],
    ['an open quote', `${azureHead}\n"2023\n`, /trace:\d+: .*quote/i],
    [
      'an earlier time',
      `${azureHead}\n${azureRow}\n2023-11-16 18:15:45,1,1\n`,
      /trace:3: came before .* line 2: sort/,
    ],
    ['broken JSON', `${mooncakeRow}\n{"timestamp": \n`, /trace:2: not JSON/],
    [
      'a missing field',
      `${mooncakeRow}\n{"timestamp": 1, "hash_ids": []}\n`,
      /trace:2: input_length: .*; output_length: /,
    ],
    ['a wrong type', `${mooncakeRow.replace('600', '"600"')}\n`, /trace:1: input_length: .*expected/],
    [
      'too few blocks',
      `${mooncakeRow.replace('[0, 7]', '[0]')}\n`,
      /trace:1: hash_ids: 1 blocks, but .* has 2/,
    ],
    ['no messages', `${chatRow}\n{"messages": []}\n`, /trace:2: messages: /],
    [
      'a bad timestamp',
      `{"timestamp": "soon", "messages": [{"role": "user"}]}`,
      /trace:1: timestamp: expected milliseconds/,
    ],
    [
      'some timestamps',
      `${chatRow}\n${chatRow.replace('{', '{"timestamp": 1, ')}\n`,
      /trace:2: either every request/,
    ],
    ['an array', `${chatRow}\n[1]\n`, /trace:2: /],
  ])('with %s is refused with file, line and reason', async (_what, text, message) => {
    await expect(read(text)).rejects.toThrow(message)
  })

  it('that is not there is refused with its path', async () => {
    await expect(openTrace('/no/such/trace', 1)).rejects.toThrow(/ENOENT.*\/no\/such\/trace/)
  })
})

const real = [
  { name: 'azure_llm_2023_conv.csv', requests: 19_366, minutes: 58.36, medianIn: 1020, medianOut: 129 },
  { name: 'azure_llm_2023_code.csv', requests: 8_819, minutes: 57.23, medianIn: 1469, medianOut: 13 },
  { name: 'mooncake_conversation.jsonl', requests: 12_031, minutes: 58.95, medianIn: 6909, medianOut: 350 },
].flatMap(trace => {
  const file = findRealTrace(trace.name)
  return file === null ? [] : [{ ...trace, file }]
})

describe.skipIf(real.length === 0)('the published traces', () => {
  it.each(real)('$name is read whole', async ({ file, requests, minutes, medianIn, medianOut }) => {
    const trace = await openTrace(file, Infinity)
    expect(trace.requests).toBe(requests)
    expect(trace.spanMs / 60_000).toBeCloseTo(minutes, 1)
    const lengths: [number, number][] = []
    for await (const { prompt, answerTokens } of trace.arrivals()) {
      if (prompt.kind !== 'recorded') lengths.push([prompt.tokens, answerTokens ?? 0])
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
    expect(median(lengths.map(pair => pair[0]))).toBe(medianIn)
    expect(median(lengths.map(pair => pair[1]))).toBe(medianOut)
  })
})
