import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { describeProgress, type ProgressState, showProgress } from './progress.ts'

const state: ProgressState = {
  finished: 1500,
  failed: 2,
  byVariant: [
    ['large', 1198],
    ['small', 302],
  ],
}

function capture(isTTY: boolean) {
  const chunks: string[] = []
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    chunks.push(String(chunk))
    done()
  }
  const stream = Object.assign(new Writable({ write }), { isTTY, columns: 120, rows: 30 })
  return { stream, written: () => chunks.join('') }
}

describe('progress', () => {
  it('is described with counts per variant and failures', () => {
    expect(describeProgress(state, 19_366)).toBe('1,500 of 19,366 (7 %), large 1,198, small 302, 2 failed')
    expect(describeProgress({ ...state, failed: 0, byVariant: [] }, 3000)).toBe('1,500 of 3,000 (50 %)')
  })

  it('is plain lines without control characters where there is no terminal', async () => {
    const { stream, written } = capture(false)
    const stop = showProgress({ stream, total: 3000, state: () => state, intervalMs: 5 })
    await expect.poll(() => written().length).toBeGreaterThan(100)
    stop()
    const lines = written().trimEnd().split('\n')
    expect(new Set(lines)).toEqual(new Set(['1,500 of 3,000 (50 %), large 1,198, small 302, 2 failed']))
  })

  it('always ends with a line, however short the replay was', () => {
    const { stream, written } = capture(false)
    showProgress({ stream, total: 1500, state: () => state, intervalMs: 60_000 })()
    expect(written()).toBe('1,500 of 1,500 (100 %), large 1,198, small 302, 2 failed\n')
  })

  it('is a bar on a terminal', () => {
    const { stream, written } = capture(true)
    showProgress({ stream, total: 3000, state: () => state, intervalMs: 60_000 })()
    expect(written()).toMatch(/50% 1500\/3000 .*large 1,198, small 302, 2 failed/)
  })
})
