// Every resource of the control port. Loaded with its first request: a gateway whose control plane nobody uses does not
// pay for it.
import type { ControlResources } from '../admin/control-server.ts'
import { INWORLD_PREFIX, inworldShape, registerInworldRouters } from '../admin/inworld/routes.ts'
import { probe } from '../admin/provider/probe.ts'
import { registerResources } from '../admin/resources.ts'
import { wireFormats } from '../provider/registry.ts'
import type { ControlPlane } from './control-plane.ts'
import { explainRequest } from './explain-request.ts'

export function controlResources(plane: ControlPlane): ControlResources {
  return {
    register: [
      app =>
        registerResources(app, {
          ...plane,
          formats: wireFormats,
          probe,
          explain: explainRequest,
          now: Date.now,
        }),
      app => registerInworldRouters(app, plane.revisions),
    ],
    problemShapes: new Map([[INWORLD_PREFIX, inworldShape]]),
  }
}
