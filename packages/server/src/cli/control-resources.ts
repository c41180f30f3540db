// Every resource of the control port. Loaded with its first request: a gateway whose control plane nobody uses does not
// pay for it.
import type { ControlResources } from '../admin/control-server.ts'
import { INWORLD_PREFIX, inworldShape, registerInworldRouters } from '../admin/inworld/routes.ts'
import { type MetricsSource, registerMetrics } from '../admin/metrics/routes.ts'
import { probe } from '../admin/provider/probe.ts'
import { registerRequestLog } from '../admin/request-log/routes.ts'
import { registerResources } from '../admin/resources.ts'
import { wireFormats } from '../provider/registry.ts'
import type { ControlPlane } from './control-plane.ts'
import { explainRequest } from './explain-request.ts'

/** What the resources work with. */
export interface ResourceParts extends Pick<ControlPlane, 'revisions' | 'store' | 'sealer' | 'events'> {
  readonly metrics: MetricsSource
}

export function controlResources({
  revisions,
  store,
  sealer,
  events,
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
      app => registerRequestLog(app, events.store),
      app => registerMetrics(app, metrics),
      app => registerInworldRouters(app, revisions),
    ],
    problemShapes: new Map([[INWORLD_PREFIX, inworldShape]]),
  }
}
