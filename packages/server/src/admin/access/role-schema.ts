// Roles as the API writes them.
import { z } from '@hono/zod-openapi'

export const roleSchema = z.enum(['viewer', 'editor', 'admin']).meta({
  description: 'viewer reads; editor changes configs; admin also manages tokens and what reaches outside',
})
