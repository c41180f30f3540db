// Every resource of the control port. Loaded with its first request: a gateway whose control plane nobody uses does not
// pay for it.
import type { ControlResources } from '../admin/control-app.ts'
import { EventExchange } from '../admin/event-file/exchange.ts'
import { IMPORT_PATH, registerEventFiles } from '../admin/event-file/routes.ts'
import { INWORLD_PREFIX, inworldShape, registerInworldRouters } from '../admin/inworld/routes.ts'
import { type MetricsSource, registerMetrics } from '../admin/metrics/routes.ts'
import { probe } from '../admin/provider/probe.ts'
import { registerRequestLog } from '../admin/request-log/routes.ts'
import { registerResources } from '../admin/resources.ts'
import { registerShares } from '../admin/share-check/routes.ts'
import { recordedFormsOf } from '../admin/unit/named-unit.ts'
import { registerUnits } from '../admin/unit/routes.ts'
import { registerUsage } from '../admin/usage/routes.ts'
import { exchangeDirectory } from '../event-plane/place.ts'
import { wireFormats } from '../provider/registry.ts'
import type { ControlPlane } from './control-plane.ts'
import { explainRequest } from './explain-request.ts'

/** What the resources work with. */
export interface ResourceParts
  extends Pick<ControlPlane, 'dataDir' | 'revisions' | 'store' | 'sealer' | 'events' | 'pseudonym'> {
  readonly metrics: MetricsSource
}

export function controlResources({
  dataDir,
  revisions,
  store,
  sealer,
  events,
  pseudonym,
  metrics,
}: ResourceParts): ControlResources {
  return {
    register: [
      app =>
        registerResources(app, {
          revisions,
          store,
          sealer,
          formats: wireFormats,
          probe,
          explain: explainRequest,
          now: Date.now,
        }),
      app =>
        registerRequestLog(app, {
          events: events.store,
          follow: follower => events.follow(follower),
          revisions,
          pseudonym,
        }),
      app => registerUsage(app, { events: events.store, pseudonym, now: Date.now }),
      app => registerShares(app, { events: events.store, revisions, now: Date.now }),
      app => registerEventFiles(app, new EventExchange(events.store, exchangeDirectory(dataDir))),
      app =>
        registerUnits(app, {
          events: events.store,
          pseudonym,
          forget: units => events.store.forget(units.flatMap(unit => recordedFormsOf(unit, pseudonym))),
        }),
      app => registerMetrics(app, metrics),
      app => registerInworldRouters(app, revisions),
    ],
    problemShapes: new Map([[INWORLD_PREFIX, inworldShape]]),
    unlimitedBodies: [IMPORT_PATH],
  }
}
