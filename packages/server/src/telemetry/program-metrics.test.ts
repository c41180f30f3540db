import { expect, test } from 'vitest'
import { describeProgram, type ProgramState } from './program-metrics.ts'

const state: ProgramState = {
  version: '1.2.3',
  revision: { number: 7, at: 1_000 },
  control: 'degraded',
  workers: { wanted: 3, serving: 2 },
  workerStates: [
    { node: 'w0', running: 4, waiting: 1, ejected: ['sim/large'] },
    { node: 'w1', running: 5, waiting: 0, ejected: ['sim/large', 'sim/small'] },
  ],
  ejections: new Map([['server_error', 6]]),
  events: {
    store: 'unavailable',
    spool: { files: 3, bytes: 4_096, oldest_age_seconds: 12.5 },
    lost: 8,
    skipped: 9,
    rejected: 10,
  },
}

const samples = (text: string) => text.split('\n').filter(line => line !== '' && !line.startsWith('#'))

test('everything that the program knows is a sample', async () => {
  expect(samples(await describeProgram(state, 61_000))).toEqual([
    'weir_build_info{version="1.2.3"} 1',
    'weir_snapshot_revision 7',
    'weir_snapshot_age_seconds 60',
    'weir_control_state{state="ok"} 0',
    'weir_control_state{state="degraded"} 1',
    'weir_control_state{state="read_only"} 0',
    'weir_workers_wanted 3',
    'weir_workers_serving 2',
    'weir_requests_in_flight{worker="w0"} 4',
    'weir_requests_in_flight{worker="w1"} 5',
    'weir_requests_queued{worker="w0"} 1',
    'weir_requests_queued{worker="w1"} 0',
    'weir_target_ejected_workers{target="sim/large"} 2',
    'weir_target_ejected_workers{target="sim/small"} 1',
    'weir_ejections_total{cause="server_error"} 6',
    'weir_event_store_state{state="starting"} 0',
    'weir_event_store_state{state="ok"} 0',
    'weir_event_store_state{state="unavailable"} 1',
    'weir_event_store_state{state="none"} 0',
    'weir_spool_files 3',
    'weir_spool_bytes 4096',
    'weir_spool_oldest_age_seconds 12.5',
    'weir_events_lost_total 8',
    'weir_events_skipped_total 9',
    'weir_event_batches_rejected_total 10',
  ])
})
