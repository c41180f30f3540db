// Routers as a resource: entries of `routers`, with the shares of each split as they are in force.
import { z } from '@hono/zod-openapi'
import { BUCKETS, countBuckets } from '@weir/core/assignment'
import type { RouterSnapshot, RouteSnapshot, Snapshot } from '@weir/core/config'
import { pageQuery } from '../http/list.ts'
import type { EntryResource } from '../resource/entry.ts'
import { recordSection } from '../resource/section.ts'
import {
  describeEntry,
  describeId,
  type Fields,
  patchBody,
  writtenBody,
  writtenFields,
} from '../resource/written.ts'

const written = describeEntry('routers')
const idField = describeId('What applications name as their model')

const routerSchema = z
  .object({
    id: z.string(),
    ...writtenFields(written),
    facts: z
      .object({
        models: z.array(z.string()).meta({ description: 'The models that its variants use' }),
        routes: z
          .array(
            z.object({
              id: z.string(),
              condition: z.string().nullable().meta({ description: 'Null: the default route' }),
              salt: z.string(),
              shares: z
                .record(z.string(), z.number())
                .meta({ description: 'Share of the units of each variant, 0..1, as the buckets have it' }),
              fallbacks: z.array(z.string()).meta({ description: 'Variants that stand in' }),
            }),
          )
          .meta({ description: 'In the order in which they are tried' }),
      })
      .meta({ description: 'What follows from the fields; only read' }),
  })
  .meta({ id: 'Router' })

export const routerResource: EntryResource = {
  section: recordSection('router', 'routers'),
  path: '/api/v1/routers',
  tag: 'Routers',
  item: routerSchema,
  bodies: {
    create: writtenBody(written, { id: 'NewRouter', fields: { id: idField }, required: ['id'] }),
    put: writtenBody(written, { id: 'RouterFields', fields: { id: idField } }),
    patch: patchBody(written, 'RouterPatch'),
  },
  query: pageQuery({
    sort: ['id', 'description'],
    filter: { models: z.string().optional().meta({ description: 'Only those that use this model' }) },
  }),
  facts: (id, _, snapshot) => factsOf(snapshot, id),
  facets: (id, { description }, snapshot) => ({ description, models: factsOf(snapshot, id).models }),
  descriptions: {
    create: 'Weights of `mode: percent` have to sum to exactly 100 in each route.',
    patch: 'Lists are replaced whole, `routes` and `variants` too; for weights alone there is `/weights`.',
    delete: 'A router that a key is bound to cannot be deleted.',
  },
}

function factsOf({ routers }: Snapshot, id: string): { models: string[]; routes: Fields[] } {
  const router: RouterSnapshot | undefined = Object.hasOwn(routers, id) ? routers[id] : undefined
  const routes = router?.routes ?? []
  const models = routes.flatMap(route => route.variants.map(variant => variant.target.id))
  return { models: [...new Set(models)], routes: routes.map(describeRoute) }
}

function describeRoute({ id, condition, groups, variants }: RouteSnapshot): Fields {
  const [sharing] = groups
  const counts = sharing === undefined ? [] : [...countBuckets(sharing.table)]
  const fallbacks = variants.filter(variant => variant.priority !== sharing?.priority)
  return {
    id,
    condition,
    salt: sharing?.salt ?? '',
    shares: Object.fromEntries(counts.map(([variant, count]) => [variant, count / BUCKETS])),
    fallbacks: fallbacks.map(variant => variant.id),
  }
}
