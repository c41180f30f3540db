// The shell of the control API: what every resource runs inside. A resource is a folder with
//
//   routes.ts    its schemas and routes; registers them on the app it is given, by their full paths
//   others       what they do, as functions of data and stores; they know nothing of HTTP
//
//   const itemSchema = z.object({ id: idSchema, description: z.string().optional() }).meta({ id: 'Router' })
//
//   const list = adminRoute({
//     method: 'get', path: '/api/v1/routers', role: 'viewer', tags: ['Routers'], summary: 'List routers',
//     request: { query: pageQuery({ sort: ['id'], filter: { description: z.string().optional() } }) },
//     responses: { 200: jsonAnswer(pageOf(itemSchema), 'A page of routers') },
//   })
//   const change = adminRoute({
//     method: 'patch', path: '/api/v1/routers/{id}', role: 'editor', tags: ['Routers'], summary: 'Change a router',
//     accepts: EDITS, problems: ['not_found', ...CONFIG_PROBLEMS],
//     request: { params: z.object({ id: idSchema }), body: jsonBody(patchSchema) },
//     responses: { 200: jsonAnswer(changed(itemSchema), 'The router as it is now') },
//   })
//
//   export function registerRouters(app: AdminApp, { revisions }: Services): void {
//     app.openapi(list, c => send(c, pageOf(itemSchema), paged(itemsOf(revisions.current().config), c.req.valid('query'))))
//     app.openapi(change, c => {
//       const { id } = c.req.valid('param')
//       const edit: Edit = config => { ...; if (!matches(c, etagOf(item))) return { kind: 'refused', cause: 'changed', message }; ... }
//       return publishEdit(c, revisions, edit, { schema: itemSchema, item: config => itemOf(config, id) })
//     })
//   }
//
// A precondition is checked inside the edit, which alone sees the newest config: checked before it, two writers could
// both pass. `accepts` makes the shell read and document `if-match`, `idempotency-key`, `preview` and `reason`.
// Handlers answer with `send`, `problem` or `publishEdit`; they throw only for bugs.
import { OpenAPIHono } from '@hono/zod-openapi'
import type { AdminApp, AdminEnv } from './env.ts'
import { answerInvalid } from './validation.ts'

export type { AdminApp, AdminEnv } from './env.ts'

/** An app without the shell's middleware: `shell.ts` adds that; tests of one resource can do without. */
export function bareApp(): AdminApp {
  return new OpenAPIHono<AdminEnv>({ defaultHook: answerInvalid })
}
