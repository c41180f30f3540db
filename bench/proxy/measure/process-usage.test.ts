// Reading /proc: the parsing by example, the accounting on processes started here.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  cpuMsOfEndedChildren,
  cpuMsOfTrees,
  memoryOfTree,
  parseMachine,
  parseMemory,
  parseStat,
  treeOf,
} from './process-usage.ts'

const statLine = (pid: number, name: string, parent: number, times: string): string =>
  `${pid} (${name}) S ${parent} 1 1 0 -1 4194560 100 0 0 0 ${times} 20 0 1 0 5 0 0`

describe('parseStat', () => {
  it.each(['node', 'tmux: server', 'a) b (c', ''])('reads the fields after a command named "%s"', name => {
    expect(parseStat(statLine(42, name, 7, '300 20 4 1'))).toEqual({
      pid: 42,
      parent: 7,
      ticks: 320,
      reapedTicks: 5,
    })
  })
})

describe('treeOf', () => {
  const process = (pid: number, parent: number) => ({ pid, parent, ticks: 1, reapedTicks: 0 })
  const all = [process(9, 3), process(1, 0), process(2, 1), process(3, 2), process(4, 1)]

  it('holds the root and all its descendants, whatever their order', () => {
    expect(treeOf(2, all).map(each => each.pid)).toEqual([2, 3, 9])
  })

  it('is empty for a process that is gone', () => {
    expect(treeOf(77, all)).toEqual([])
  })
})

describe('parseMemory', () => {
  it('gives bytes for the kB lines', () => {
    expect(parseMemory('Name:\tnode\nVmHWM:\t    2000 kB\nVmRSS:\t    1500 kB\n')).toEqual({
      now: 1_536_000,
      peak: 2_048_000,
    })
  })

  it('counts a process without memory lines as 0', () => {
    expect(parseMemory('Name:\tkworker\n')).toEqual({ now: 0, peak: 0 })
  })
})

describe('parseMachine', () => {
  it('adds up what was busy and leaves idle, iowait and stolen time out of it', () => {
    expect(parseMachine('cpu  100 10 50 9000 30 5 6 7 0 0\ncpu0 1 2 3\n')).toEqual({ busy: 171, stolen: 7 })
  })
})

describe('accounting of live processes', () => {
  const burn = 'const end = process.cpuUsage().user + 150000; while (process.cpuUsage().user < end) {}'

  it('counts the CPU of a child in its tree while it lives, and in the ended children after that', async () => {
    const before = cpuMsOfEndedChildren()
    const child = spawn(process.execPath, [
      '-e',
      `${burn}; process.stdout.write('x'); setInterval(() => {}, 1e6)`,
    ])
    await once(child.stdout, 'data')
    const [ms] = cpuMsOfTrees([child.pid ?? 0])
    expect(ms).toBeGreaterThanOrEqual(100)
    expect(memoryOfTree(child.pid ?? 0).now).toBeGreaterThan(1024 * 1024)
    child.kill()
    await once(child, 'exit')
    expect(cpuMsOfEndedChildren() - before).toBeGreaterThanOrEqual(100)
    expect(cpuMsOfTrees([child.pid ?? 0])).toEqual([0])
  })

  it('counts a grandchild in the tree of its grandparent', async () => {
    const inner = `${burn}; process.stdout.write('x'); setInterval(() => {}, 1e6)`
    const outer = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' }); process.on('disconnect', () => process.exit())`
    const child = spawn(process.execPath, ['-e', outer], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    await once(child.stdout, 'data')
    const [ms] = cpuMsOfTrees([child.pid ?? 0])
    process.kill(-(child.pid as number), 'SIGKILL')
    await once(child, 'exit')
    expect(ms).toBeGreaterThanOrEqual(100)
  })
})
