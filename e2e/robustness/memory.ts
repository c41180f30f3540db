// How much memory a process holds, by the operating system's account.
import { readFileSync } from 'node:fs'

/** Resident memory in MiB; undefined where /proc is not there to tell. */
export function residentMebibytes(pid: number | undefined): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024
  } catch {
    return undefined
  }
}
