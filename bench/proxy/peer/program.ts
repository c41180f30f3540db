// What peers that are programs share: finding the program, its version, and running it until it answers.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { memoryOfTree } from '../measure/process-usage.ts'
import type { ManagedProcess } from '../process/managed-process.ts'
import { STREAM_CHUNKS } from '../workload.ts'
import type { RunningPeer } from './peer.ts'

const run = promisify(execFile)

/** Output of a program's version flag (nginx prints it on stderr); undefined when it is not installed. */
export async function versionOf(command: string, flag: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, [flag])
    return `${stdout}${stderr}`.trim().split('\n')[0]
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : command
  }
}

export async function unlessInstalled(command: string, flag: string): Promise<string | undefined> {
  const version = await versionOf(command, flag)
  return version === undefined ? `${command} is not installed` : undefined
}

/** A peer whose process has answered. `options` are what differs from the plain case. */
export function runningPeer(
  started: ManagedProcess,
  origin: string,
  options: Partial<Omit<RunningPeer, 'pid' | 'atStart'>> = {},
): RunningPeer {
  return {
    pid: started.pid,
    origins: { whole: origin, streamed: origin },
    headers: {},
    streamChunks: STREAM_CHUNKS,
    events: undefined,
    atStart: memoryOfTree(started.pid),
    stop: async () => void (await started.stop()),
    ...options,
  }
}
