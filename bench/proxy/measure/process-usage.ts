// CPU time and memory of whole process trees, from the operating system's own accounting in /proc.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** One process as its `/proc/<pid>/stat` line has it; times in clock ticks. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  /** utime + stime: all threads of the process, those that ended included. */
  readonly ticks: number
  /** cutime + cstime: child processes that ended and were waited for. */
  readonly reapedTicks: number
}

/** Resident memory of a process tree, in bytes. `peak` is the sum of the high-water marks. */
export interface Memory {
  readonly now: number
  readonly peak: number
}

/** CPU of the whole machine since boot, in ticks summed over the cores. */
export interface MachineTicks {
  readonly busy: number
  readonly stolen: number
}

/** Ticks a second: `stat` counts in these, 10 ms on every common Linux. */
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

export const ticksToMs = (ticks: number): number => (ticks * 1000) / TICKS_PER_SECOND

/** The command name may hold spaces and brackets, so fields are counted from the last closing bracket. */
export function parseStat(line: string): ProcessStat {
  const nameEnd = line.lastIndexOf(')')
  const fields = line.slice(nameEnd + 2).split(' ')
  const field = (index: number) => Number(fields[index])
  return {
    pid: Number.parseInt(line, 10),
    parent: field(1),
    ticks: field(11) + field(12),
    reapedTicks: field(13) + field(14),
  }
}

/** `kB` lines of `/proc/<pid>/status` as bytes; a kernel thread or zombie has none and counts 0. */
export function parseMemory(status: string): Memory {
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
}

/** First line of `/proc/stat`: user nice system idle iowait irq softirq steal guest guest_nice. */
export function parseMachine(text: string): MachineTicks {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = text
    .slice(0, text.indexOf('\n'))
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return { busy: user + nice + system + irq + softirq, stolen: steal }
}

/** Members of the tree under `root`, given every process of the machine. */
export function treeOf(root: number, all: readonly ProcessStat[]): readonly ProcessStat[] {
  const members = all.filter(process => process.pid === root)
  for (const member of members) members.push(...all.filter(process => process.parent === member.pid))
  return members
}

/** A process may end between the listing and the reading; then it is simply not there. */
function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

function allProcesses(): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => readProcFile(`/proc/${pid}/stat`))
    .filter(line => line !== undefined)
    .map(parseStat)
}

/** CPU of each tree so far, in ms: threads, child processes and children that ended. */
export function cpuMsOfTrees(roots: readonly number[]): number[] {
  const all = allProcesses()
  return roots.map(root =>
    ticksToMs(treeOf(root, all).reduce((sum, each) => sum + each.ticks + each.reapedTicks, 0)),
  )
}

/** CPU in ms of the ended children of this very process: how a load generator that exits is accounted. */
export const cpuMsOfEndedChildren = (): number =>
  ticksToMs(parseStat(readFileSync('/proc/self/stat', 'latin1')).reapedTicks)

export function memoryOfTree(root: number): Memory {
  const parts = treeOf(root, allProcesses()).map(each =>
    parseMemory(readProcFile(`/proc/${each.pid}/status`) ?? ''),
  )
  return {
    now: parts.reduce((sum, part) => sum + part.now, 0),
    peak: parts.reduce((sum, part) => sum + part.peak, 0),
  }
}

export const machineTicks = (): MachineTicks => parseMachine(readFileSync('/proc/stat', 'latin1'))
