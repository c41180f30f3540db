// What the gateway says it is asked to do: the routes, shares and prices of a router, from its `GET /v1/models`.
import type { Price } from '@weir/core/config'
import { z } from 'zod'
import { CannotStart } from './cannot-start.ts'
import { readErrorAnswer } from './chat-answer.ts'
import { describe } from './failure.ts'
import type { Gateway } from './gateway.ts'
import { parseObject } from './json-value.ts'

export interface ListedVariant {
  readonly variant: string
  readonly model: string
  /** In [0, 1]; null for a variant that only serves when others fail. */
  readonly share: number | null
  /** Null when unpriced. */
  readonly price: Price | null
}

export interface ListedRoute {
  readonly route: string
  readonly variants: readonly ListedVariant[]
}

const amount = z.number().min(0)

const priceSchema = z.object({
  input: amount,
  cached_input: amount.nullish().transform(price => price ?? undefined),
  output: amount,
})

const routeSchema = z.object({
  route: z.string(),
  variants: z.array(
    z.object({
      variant: z.string(),
      model: z.string(),
      share: amount.nullish().transform(share => share ?? null),
      price: priceSchema.nullish().transform(price => price ?? null),
    }),
  ),
})

const listSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      weir: z.object({ kind: z.string(), routes: z.array(routeSchema).default([]) }).optional(),
    }),
  ),
})

type Listing = z.infer<typeof listSchema>['data']

/**
 * @param model - as sent in requests: a router, alone or behind `routers/` or the gateway's namespace, or a plain model
 * @returns the router's routes; none for a plain model, which is not split
 * @throws CannotStart when the gateway is not there, refuses the key or does not list the model
 */
export async function fetchRoutes(gateway: Gateway, model: string): Promise<readonly ListedRoute[]> {
  const listing = await fetchListing(gateway)
  const router = model.slice(model.indexOf('/') + 1)
  const entry =
    listing.find(({ id }) => id === model) ??
    listing.find(({ id, weir }) => id === router && weir?.kind === 'router')
  if (entry !== undefined) return entry.weir?.routes ?? []
  const known = listing.map(entry => entry.id).join(', ')
  throw new CannotStart(`the gateway does not list the model "${model}"; it lists: ${known || 'none'}`)
}

async function fetchListing(gateway: Gateway): Promise<Listing> {
  const { status, text } = await get(gateway, '/models')
  if (status !== 200) {
    throw new CannotStart(
      `the gateway answered GET /v1/models with ${status}: ${readErrorAnswer(status, text).detail}`,
    )
  }
  const parsed = listSchema.safeParse(parseObject(text))
  if (parsed.success) return parsed.data.data
  throw new CannotStart(`the gateway's list of models is not as expected: ${z.prettifyError(parsed.error)}`)
}

async function get({ pool, basePath, key }: Gateway, path: string) {
  try {
    const headers = { authorization: `Bearer ${key}` }
    const response = await pool.request({ method: 'GET', path: basePath + path, headers })
    return { status: response.statusCode, text: await response.body.text() }
  } catch (error) {
    throw new CannotStart(`no gateway answers at the given URL: ${describe(error)}`)
  }
}
