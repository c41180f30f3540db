// What a request would come to. Deciding one as it arrives over HTTP is the data plane's, so it is handed in.
import { z } from '@hono/zod-openapi'
import type { Snapshot } from '@weir/core/config'

export const explainWishSchema = z
  .strictObject({
    request: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'The body of the request; its `model` is this router' }),
    headers: z
      .record(z.string().max(256), z.string().max(8192))
      .default({})
      .meta({ description: 'Its headers, such as those that conditions read' }),
    path: z.string().max(256).default('/v1/chat/completions').meta({ description: 'The endpoint' }),
    key: z.string().max(128).optional().meta({ description: 'Id of the key that calls; default: the first' }),
  })
  .meta({ id: 'ExplainRequest' })

export const explainedSchema = z
  .object({
    decided: z.boolean(),
    refused: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: 'Why the gateway would not even decide it' }),
    decision: z
      .object({
        reason: z.string(),
        router: z.string().nullable(),
        route: z.string().nullable(),
        unit: z.object({ source: z.string(), id: z.string() }).nullable(),
        bucket: z.int().nullable(),
        propensity: z.number(),
        variant: z.string(),
        plan: z.array(z.string()).meta({ description: 'The models to call, in order' }),
      })
      .nullable(),
    steps: z.array(z.object({ stage: z.string(), text: z.string() })),
  })
  .meta({ id: 'Explanation' })

export interface ExplainedRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly key?: string | undefined
}

/** Decides a request as the gateway would, without calling anyone. */
export type Explain = (snapshot: Snapshot, request: ExplainedRequest) => z.input<typeof explainedSchema>
