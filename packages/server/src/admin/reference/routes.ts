// `/api/openapi.json` and `/api/docs`: what the API is, for programs and for people. Both are made once, when first
// asked for: every route has been registered by then.
import type { AdminApp } from '../http/env.ts'
import { type OpenApiDocument, openApiDocument } from '../http/openapi.ts'
import { referencePage } from './page.ts'
import { CONTENT_SECURITY_POLICY } from './style.ts'

export function registerReference(app: AdminApp, version: string): void {
  let document: OpenApiDocument | undefined
  const known = () => (document ??= openApiDocument(app, version))
  let page: Promise<string> | undefined
  app.get('/api/openapi.json', c => c.json(known()))
  app.get('/api/docs', async c => {
    page ??= referencePage(known())
    return c.html(await page, 200, { 'content-security-policy': CONTENT_SECURITY_POLICY })
  })
}
