// `/api/v1/gateway`: the settings of the gateway itself.
import { z } from '@hono/zod-openapi'
import type { ConfigInput } from '@weir/core/config'
import type { AdminApp } from '../http/app.ts'
import { changed, publishEdit } from '../http/change.ts'
import { etagOf, matches } from '../http/match.ts'
import { adminRoute, CONFIG_PROBLEMS, EDITS, jsonAnswer, jsonBody, send } from '../http/route.ts'
import { refuse } from '../resource/edit.ts'
import type { ConfigSource } from '../resource/entry.ts'
import { readBody } from '../resource/entry-routes.ts'
import { mergePatch } from '../resource/merge-patch.ts'
import { describeEntry, type Fields, patchBody, writtenFields } from '../resource/written.ts'
import type { Edit } from '../revision/publishing.ts'

const described = describeEntry('gateway')
const gatewaySchema = z.object(writtenFields(described)).meta({
  id: 'Gateway',
  description: 'The settings as they are written; what is not there has its default',
})

const readRoute = adminRoute({
  method: 'get',
  path: '/api/v1/gateway',
  role: 'viewer',
  tags: ['Gateway'],
  summary: "Get the gateway's settings",
  responses: { 200: jsonAnswer(gatewaySchema, 'The settings') },
})

const patchRoute = adminRoute({
  method: 'patch',
  path: '/api/v1/gateway',
  role: 'editor',
  tags: ['Gateway'],
  summary: "Change the gateway's settings",
  description:
    '`private_networks`, which decides what the gateway can reach, and `telemetry.otlp`, which decides who is told of requests, take the role admin.',
  accepts: EDITS,
  problems: CONFIG_PROBLEMS,
  request: { body: jsonBody(patchBody(described, 'GatewayPatch')) },
  responses: { 200: jsonAnswer(changed(gatewaySchema), 'The settings as they are now') },
})

export function registerGateway(app: AdminApp, revisions: ConfigSource): void {
  app.openapi(readRoute, c => {
    const settings = settingsOf(revisions.current().config)
    return send(c, gatewaySchema, settings, { headers: { etag: etagOf(settings) } })
  })
  app.openapi(patchRoute, c => {
    const patch = readBody(c.req.valid('json'))
    const edit: Edit = config => {
      const settings = settingsOf(config)
      if (!matches(c, etagOf(settings)))
        return refuse('changed', 'the settings have changed; read them again and send their ETag')
      return { kind: 'config', config: { ...config, gateway: mergePatch(settings, patch) as Fields } }
    }
    return publishEdit(c, revisions, edit, { schema: gatewaySchema, item: settingsOf })
  })
}

function settingsOf(config: ConfigInput): Fields {
  return config.gateway ?? {}
}
