import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { servedEvent } from '../../../core/src/event/fixtures/request-events.ts'
import { demoSnapshot } from './fixtures/demo-snapshot.ts'
import { describeProgram } from './program-metrics.ts'
import { logRequest } from './request-log.ts'
import { Telemetry } from './telemetry.ts'

const document = readFileSync(new URL('../../../../docs/telemetry.md', import.meta.url), 'utf8')

test('docs/telemetry.md has every metric, and no other', async () => {
  const telemetry = new Telemetry({ log: pino({ level: 'silent' }), version: '1', requestLog: undefined })
  telemetry.configure(demoSnapshot())
  const text = `${await telemetry.metrics()}\n${await describeProgram(NOTHING, 0)}`
  const metrics = Array.from(text.matchAll(/^# TYPE (\w+)/gm), ([, name]) => name)
  const described = document
    .split('\n')
    .filter(line => line.startsWith('| `weir_'))
    .flatMap(line => (line.split('|')[1] as string).match(/weir_\w+/g) ?? [])
  // Added to the answer by the route.
  expect(described).toHaveLength(metrics.length + 1)
  expect(new Set(described)).toEqual(new Set([...metrics, 'weir_event_metrics_up']))
})

test('docs/telemetry.md has every field of a request line', () => {
  const lines: string[] = []
  logRequest(pino({ base: null }, { write: line => lines.push(line) }), servedEvent)
  const {
    level: _,
    msg: __,
    ...fields
  } = JSON.parse(lines[0] as string) as object & Record<'level' | 'msg', unknown>
  expect(Object.keys(fields).filter(name => !document.includes(`\`${name}\``))).toEqual([])
})

const NOTHING = {
  version: '1',
  revision: { number: 1, at: 0 },
  control: 'ok' as const,
  workers: { wanted: 1, serving: 1 },
  workerStates: [],
  ejections: new Map<string, number>(),
  events: {
    store: 'ok' as const,
    spool: { files: 0, bytes: 0, oldest_age_seconds: null },
    lost: 0,
    skipped: 0,
    rejected: 0,
  },
}
