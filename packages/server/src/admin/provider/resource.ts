// Providers as a resource: entries of `providers`, and what of their settings follows from presets and credentials.
import { z } from '@hono/zod-openapi'
import { PRESETS, type Snapshot } from '@weir/core/config'
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

const written = describeEntry('providers')
const idField = describeId('The part of model ids before the slash')

const credentialStates = ['none', 'missing', 'set'] as const

export const providerSchema = z
  .object({
    id: z.string(),
    ...writtenFields(written),
    facts: z
      .object({
        type: z.string().meta({ description: 'The wire format, as settled by the preset' }),
        base_url: z
          .string()
          .nullable()
          .meta({ description: 'Where requests go; null: as the package has it' }),
        endpoints: z.array(z.string()),
        credential: z.enum(credentialStates).meta({
          description: '`missing`: the config names one, and it is not there; calls fail as `no_credential`',
        }),
        models: z.array(z.string()).meta({ description: 'Its declared models' }),
      })
      .meta({ description: 'What follows from the fields; only read' }),
  })
  .meta({ id: 'Provider' })

/** Credentials by provider: of the store and of the environment. */
export interface CredentialLookup {
  /** The credential that calls to a provider carry; undefined when there is none. */
  readonly secretOf: (provider: string) => string | undefined
}

export function providerResource(
  lookup: CredentialLookup,
  removed: (id: string) => Promise<void>,
): EntryResource {
  return {
    section: recordSection('provider', 'providers'),
    path: '/api/v1/providers',
    tag: 'Providers',
    item: providerSchema,
    bodies: {
      create: writtenBody(written, { id: 'NewProvider', fields: { id: idField }, required: ['id'] }),
      put: writtenBody(written, { id: 'ProviderFields', fields: { id: idField } }),
      patch: patchBody(written, 'ProviderPatch'),
    },
    query: pageQuery({
      sort: ['id', 'type'],
      filter: {
        type: z.string().optional().meta({ description: 'Only those of this wire format' }),
        preset: z.string().optional().meta({ description: 'Only those of this preset' }),
        credential: z.enum(credentialStates).optional(),
      },
    }),
    facts: (id, _, snapshot) => ({
      ...factsOf(id, snapshot, lookup),
      models: Object.values(snapshot.models)
        .filter(model => model.provider === id)
        .map(model => model.id),
    }),
    facets: (id, entry, snapshot) => ({ ...factsOf(id, snapshot, lookup), preset: entry.preset }),
    removed,
    descriptions: {
      create: `Where requests go is looked at first: \`base_url\` must not lead to link-local or metadata addresses, nor to
loopback and private ones unless \`gateway.private_networks\` allows them. A credential of the environment takes the role admin;
other credentials are added below \`/credentials\`.`,
      patch:
        'Sending the credential of a provider somewhere else, by another `base_url` or `preset`, takes the role admin.',
      delete: 'Its stored credentials are deleted with it.',
    },
  }
}

function factsOf(id: string, snapshot: Snapshot, lookup: CredentialLookup): Fields {
  const provider = Object.hasOwn(snapshot.providers, id) ? snapshot.providers[id] : undefined
  const isSet = lookup.secretOf(id) !== undefined
  return {
    type: provider?.type ?? '',
    base_url: provider?.base_url ?? null,
    endpoints: provider?.endpoints ?? [],
    credential: provider?.credential === undefined ? 'none' : isSet ? 'set' : 'missing',
  }
}

export const presetSchema = z
  .object({
    id: z.string(),
    service: z.string(),
    type: z.string(),
    base_url: z.string().nullable().meta({ description: 'Null: every customer has one of their own' }),
    form: z.string().nullable().meta({ description: 'How that URL is written' }),
    credential: z.enum(['needed', 'optional']),
    endpoints: z.array(z.string()).nullable().meta({ description: 'Null: all of its type' }),
  })
  .meta({ id: 'Preset' })

/** What is known of well-known services. */
export function listPresets(): z.infer<typeof presetSchema>[] {
  return Object.entries(PRESETS).map(([id, preset]) => {
    const { service, type, credential, ...rest } = preset
    return {
      id,
      service,
      type,
      credential,
      base_url: 'base_url' in rest ? rest.base_url : null,
      form: 'form' in rest ? rest.form : null,
      endpoints: 'endpoints' in rest ? [...rest.endpoints] : null,
    }
  })
}
