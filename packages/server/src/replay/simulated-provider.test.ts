// The simulated provider takes a replay's word for the lengths: what it counts must be what the trace says.
import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultSimConfig } from '../sim/config.ts'
import { startSim } from '../sim/server.ts'
import { systemClock } from './clock.ts'
import { findRealTrace } from './fixtures/real-traces.ts'
import { temporaryFile } from './fixtures/temporary-file.ts'
import { replay } from './replay.ts'
import { openTrace } from './trace/trace.ts'

async function replayThroughSim(trace: string, limit: number) {
  const sim = await startSim(defaultSimConfig)
  onTestFinished(() => sim.close())
  const model = Object.keys(defaultSimConfig.models)[0] ?? ''
  return replay(
    {
      trace,
      url: new URL(sim.url),
      key: 'none',
      model,
      speed: 10_000,
      limit,
      concurrency: 64,
      streamShare: 0.5,
      tokensPerChunk: 16,
      units: 20,
      seed: 1,
      timeoutMs: 60_000,
    },
    { clock: systemClock, signal: new AbortController().signal, onStart: () => () => undefined },
  )
}

async function lengthsOf(file: string, limit: number) {
  const trace = await openTrace(file, limit)
  const sums = { input: 0, output: 0 }
  for await (const { prompt, answerTokens } of trace.arrivals()) {
    if (prompt.kind !== 'recorded') sums.input += prompt.tokens
    sums.output += answerTokens ?? 0
  }
  return sums
}

const traces = ['azure_llm_2023_conv.csv', 'azure_llm_2023_code.csv', 'mooncake_conversation.jsonl'].flatMap(
  name => {
    const file = findRealTrace(name)
    return file === null ? [] : [{ name, file }]
  },
)

describe('a replay through the simulated provider', () => {
  it('has the lengths of the trace', async () => {
    const rows = ['2023-11-16 18:15:46,1,1', '2023-11-16 18:15:47,374,44', '2023-11-16 18:15:48,2000,129']
    const trace = await temporaryFile(['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows].join('\n'))
    const report = await replayThroughSim(trace, Infinity)
    expect(report.requests).toEqual({ sent: 3, answered: 3, failed: 0 })
    expect(report.unassigned?.tokens).toMatchObject({ input: 2375, output: 174 })
  })

  it.skipIf(traces.length === 0).each(traces)('has the lengths of $name', async ({ file }) => {
    const limit = 100
    const report = await replayThroughSim(file, limit)
    expect(report.errors).toEqual([])
    expect(report.unassigned?.tokens).toMatchObject(await lengthsOf(file, limit))
    expect(report.unassigned?.answers_without_usage).toBe(0)
  })
})
