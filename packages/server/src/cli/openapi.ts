// `weir openapi`: the OpenAPI document of the control API, for generators of clients.
import type { Command } from 'commander'
import { controlDocument, neverAsked } from '../admin/control-app.ts'
import type { MetricsSource } from '../admin/metrics/routes.ts'
import type { Pseudonym } from '../admin/request-log/unit-reference.ts'
import type { Revisions } from '../admin/revision/revisions.ts'
import type { EventPlane } from '../event-plane/event-plane.ts'
import { closedStore } from '../storage/closed-store.ts'
import type { Sealer } from '../storage/seal.ts'
import { controlResources } from './control-resources.ts'
import { printJson } from './output.ts'
import { readVersion } from './version.ts'

export function registerOpenapi(program: Command): void {
  program
    .command('openapi')
    .summary('print the OpenAPI document of the control API')
    .description(
      'Print the OpenAPI 3.1 document of the control API, as `/api/openapi.json` of a running `weir start` answers it.',
    )
    .action(() => {
      const resources = controlResources({
        dataDir: '',
        revisions: neverAsked('the revisions') as Revisions,
        store: closedStore('it is only described'),
        sealer: neverAsked('the sealer') as Sealer,
        events: { store: neverAsked('the event store') } as EventPlane,
        pseudonym: neverAsked('pseudonyms') as Pseudonym,
        metrics: neverAsked('the metrics') as MetricsSource,
      })
      printJson(controlDocument(readVersion(), resources))
    })
}
