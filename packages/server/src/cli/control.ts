// The control plane of `weir start`: store, secrets, revisions, and the control port with every resource.
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Control, startControl } from '../admin/control-server.ts'
import { exchangeDirectory } from '../event-plane/place.ts'
import { DataDirError, readOrMakeKey } from '../snapshot/state.ts'
import { ReopeningStore } from '../storage/reopening-store.ts'
import { createSealer, parseMasterKey, type Sealer } from '../storage/seal.ts'
import { openControlStore } from '../storage/sqlite/open-control-store.ts'
import type { ControlPlane } from './control-plane.ts'
import type { Log } from './log.ts'
import { readVersion } from './version.ts'

/** The store in the data directory, whether or not it can be opened now. */
export async function openStore(dataDir: string, log: Log): Promise<ReopeningStore> {
  const file = join(dataDir, 'control.db')
  const store = await ReopeningStore.open({ open: () => openControlStore(file) })
  if (store.reason !== undefined)
    log.error(
      { file: resolve(file) },
      `${store.reason}; the config served last is served on, and cannot be changed until it can be used`,
    )
  return store
}

/** @throws DataDirError when WEIR_MASTER_KEY is no key */
export function openSealer(dataDir: string): Sealer {
  const text = process.env.WEIR_MASTER_KEY
  if (text === undefined || text === '') return createSealer(readOrMakeKey(join(dataDir, 'master.key')))
  const key = parseMasterKey(text)
  if (key !== undefined) return createSealer(key)
  throw new DataDirError(
    'WEIR_MASTER_KEY is too short: give 32 bytes in base64 or hex (`openssl rand -base64 32`), or at least 16 characters',
  )
}

/** Opens the control port; rejects with ControlStartError, or with the error of listening. */
export function openControlPort(plane: ControlPlane): Promise<Control> {
  const { host, port, publicUrls, store, sealer, revisions, workers, events, wanted, log } = plane
  // What a program that was killed has left there is nobody's.
  rmSync(exchangeDirectory(plane.dataDir), { recursive: true, force: true })
  const adminToken = process.env.WEIR_ADMIN_TOKEN
  return startControl({
    host,
    port,
    publicUrls,
    version: readVersion(),
    ...(adminToken !== undefined && adminToken !== '' && { adminToken }),
    store,
    sealer,
    health: {
      managedBy: revisions.managedBy,
      health: () => revisions.health(),
      current: () => revisions.current(),
      workers: () => ({ wanted, serving: workers.running }),
      events: () => events.state(),
    },
    resources: async () => {
      const [{ controlResources }, { metricsOf }] = await Promise.all([
        import('./control-resources.ts'),
        import('./metrics-source.ts'),
      ])
      return controlResources({ ...plane, metrics: metricsOf(plane) })
    },
    log,
  })
}
