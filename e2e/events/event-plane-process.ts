// The process of the event plane, for tests of what happens when it stands still or dies.
import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of a process's children. */
export function childrenOf(pid: number): number[] {
  const processes = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return processes.filter(name => parentOf(name) === pid).map(Number)
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    // It ended while we looked.
    return undefined
  }
}
