// The resources of `/api/v1` that are parts of the config, all together.
import type { WireFormats } from '../provider/wire-format.ts'
import type { ControlStore } from '../storage/control-store.ts'
import type { Sealer } from '../storage/seal.ts'
import { registerConfig } from './config/routes.ts'
import { registerGateway } from './gateway/routes.ts'
import type { AdminApp } from './http/app.ts'
import { registerKeys } from './key/routes.ts'
import { registerModels } from './model/routes.ts'
import { Credentials } from './provider/credentials.ts'
import type { Probe } from './provider/probe.ts'
import { registerProviders } from './provider/routes.ts'
import type { Revisions } from './revision/revisions.ts'
import { registerRevisions } from './revision/routes.ts'
import type { Explain } from './router/explain.ts'
import { registerRouters } from './router/routes.ts'

export interface ResourceServices {
  readonly revisions: Revisions
  readonly store: Pick<ControlStore, 'credentials'>
  readonly sealer: Sealer
  readonly formats: WireFormats
  readonly probe: Probe
  readonly explain: Explain
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function registerResources(app: AdminApp, services: ResourceServices): void {
  const { revisions, store, sealer, formats, probe, explain, now } = services
  const refresh = () => revisions.refreshCredentials()
  const credentials = new Credentials({ store: store.credentials, sealer, now, refresh })
  const secretOf = (provider: string) => secretInUse(revisions, provider)
  registerProviders(app, { revisions, credentials, secretOf, formats, probe })
  registerModels(app, revisions)
  registerRouters(app, { revisions, explain })
  registerKeys(app, { revisions, now })
  registerGateway(app, revisions)
  registerRevisions(app, revisions)
  registerConfig(app, revisions)
}

/** The credential that calls to a provider carry. */
function secretInUse(revisions: Revisions, id: string): string | undefined {
  const { providers } = revisions.current().snapshot
  const credential = Object.hasOwn(providers, id) ? providers[id]?.credential : undefined
  if (credential === undefined) return undefined
  return ('env' in credential ? process.env[credential.env] : revisions.secrets[id]) || undefined
}
