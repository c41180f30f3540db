// Finding a free port, and waiting until what listens on it answers.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import type { ManagedProcess } from './managed-process.ts'

const READY_TIMEOUT_MS = 30_000
const POLL_MS = 50

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answers(url: string, accepted: (status: number) => boolean): Promise<boolean> {
  try {
    const response = await request(url)
    await response.body.dump()
    return accepted(response.statusCode)
  } catch {
    return false
  }
}

/** Throws with the process's last output when it ends or stays silent. */
export async function waitUntilReady(
  started: ManagedProcess,
  url: string,
  accepted: (status: number) => boolean,
): Promise<void> {
  for (
    const giveUpAt = performance.now() + READY_TIMEOUT_MS;
    performance.now() < giveUpAt;
    await sleep(POLL_MS)
  ) {
    if (started.child.exitCode !== null) break
    if (await answers(url, accepted)) return
  }
  throw new Error(`${started.child.spawnfile} was not ready at ${url}\n${started.output()}`)
}
