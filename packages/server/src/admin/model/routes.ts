// `/api/v1/models`: entries of `models`, with what they cost and who says so.
import { z } from '@hono/zod-openapi'
import { type ModelSnapshot, PRICE_LIST_DATE, type Snapshot } from '@weir/core/config'
import type { AdminApp } from '../http/app.ts'
import { pageQuery } from '../http/list.ts'
import type { ConfigSource, EntryResource } from '../resource/entry.ts'
import { registerChanges, registerCreate, registerReads } from '../resource/entry-routes.ts'
import { recordSection } from '../resource/section.ts'
import {
  describeEntry,
  type Fields,
  type ObjectSchema,
  patchBody,
  writtenBody,
  writtenFields,
} from '../resource/written.ts'

const written = describeEntry('models')
const idField = {
  type: 'string',
  maxLength: 256,
  pattern: String.raw`^[A-Za-z0-9._-]+\/(\*|[A-Za-z0-9._:@/-]+)$`,
  description:
    '`provider/model`, or `provider/*` for all others of a provider, which then has no `name`; the provider has to be there',
}

const newModel: ObjectSchema = {
  ...written,
  oneOf: [
    {
      title: 'One model',
      properties: { id: { pattern: String.raw`^[A-Za-z0-9._-]+\/[A-Za-z0-9._:@/-]+$` } },
    },
    {
      title: 'All others of a provider',
      properties: { id: { pattern: String.raw`^[A-Za-z0-9._-]+\/\*$` }, name: false },
    },
  ],
}

const usd = z.number().nullable()

const modelSchema = z
  .object({
    id: z.string(),
    ...writtenFields(written),
    facts: z
      .object({
        provider: z.string(),
        name: z.string().meta({ description: 'The model as the provider knows it' }),
        enabled: z.boolean(),
        price: z
          .object({
            input: usd,
            cached_input: usd,
            output: usd,
            source: z
              .enum(['config', 'list'])
              .meta({ description: '`list`: the price list that is shipped' }),
            list_date: z
              .string()
              .nullable()
              .meta({ description: 'The month of the list; null for `config`' }),
          })
          .nullable()
          .meta({
            description:
              'US dollars per million tokens; null: nobody knows, and costs are null. Null numbers: of `provider/*`, whose models the list prices one by one',
          }),
        capabilities: z.record(z.string(), z.unknown()).meta({ description: 'What is known of it' }),
      })
      .meta({ description: 'What follows from the fields; only read' }),
  })
  .meta({ id: 'Model' })

const modelResource: EntryResource = {
  section: recordSection('model', 'models'),
  path: '/api/v1/models',
  ids: 'with_slashes',
  tag: 'Models',
  item: modelSchema,
  bodies: {
    create: writtenBody(newModel, { id: 'NewModel', fields: { id: idField }, required: ['id'] }),
    put: writtenBody(written, { id: 'ModelFields', fields: { id: idField } }),
    patch: patchBody(written, 'ModelPatch'),
  },
  query: pageQuery({
    sort: ['id', 'provider'],
    filter: {
      provider: z.string().optional().meta({ description: 'Only those of this provider' }),
      enabled: z
        .enum(['true', 'false'])
        .transform(text => text === 'true')
        .optional(),
      price: z
        .enum(['config', 'list', 'none'])
        .optional()
        .meta({ description: 'Only those whose price comes from there' }),
    },
  }),
  facts: (id, _, { models }) => describeModel(models[id]),
  facets: (id, _, { models }) => {
    const model = models[id]
    return { provider: model?.provider, enabled: model?.enabled, price: model?.priceSource ?? 'none' }
  },
  descriptions: {
    create: 'The slash of an id may stand in paths as it is or as %2F.',
    delete: 'A model that a variant uses cannot be deleted; `enabled: false` refuses those who name it.',
  },
}

export function registerModels(app: AdminApp, revisions: ConfigSource): void {
  registerReads(app, modelResource, revisions)
  registerCreate(app, modelResource, revisions)
  registerChanges(app, modelResource, revisions)
}

function describeModel(model: Snapshot['models'][string] | undefined): Fields {
  if (model === undefined) return {}
  const { provider, model: name, enabled, capabilities } = model
  return { provider, name, enabled, price: describePrice(model), capabilities }
}

function describePrice({ price, priceSource: source }: ModelSnapshot): Fields | null {
  if (source === null) return null
  const { input = null, cached_input = input, output = null } = price ?? {}
  return { input, cached_input, output, source, list_date: source === 'list' ? PRICE_LIST_DATE : null }
}
