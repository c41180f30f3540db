// Keys as a resource: entries of `keys`, without what could tell their secrets.
import { z } from '@hono/zod-openapi'
import type { KeySnapshot, Snapshot } from '@weir/core/config'
import { pageQuery } from '../http/list.ts'
import type { EntryResource } from '../resource/entry.ts'
import { keySection } from '../resource/section.ts'
import {
  describeEntry,
  type Fields,
  type ObjectSchema,
  patchBody,
  writtenBody,
  writtenFields,
} from '../resource/written.ts'

const entry = describeEntry('keys')

/** Never shown: digests of secrets that a person made up could be guessed. */
const HIDDEN = ['digest', 'previous']

const shown: ObjectSchema = {
  properties: without(entry.properties, [...HIDDEN, 'id']),
  required: [],
}
const writable: ObjectSchema = {
  properties: without(entry.properties, ['previous']),
  required: [],
  oneOf: [
    { title: 'Without a secret of its own', properties: { secret: false, digest: false } },
    { title: 'With the digest of a secret', properties: { secret: false }, required: ['digest'] },
    { title: 'With a secret in the environment', properties: { digest: false }, required: ['secret'] },
  ],
}

const patchable: ObjectSchema = {
  ...shown,
  properties: {
    ...shown.properties,
    digest: {
      ...(entry.properties.digest as object),
      description: 'Another key in the place of this one',
      writeOnly: true,
    },
    previous: { type: 'null', description: 'null: the secret that was replaced works no longer' },
  },
}

const digestField = {
  ...(entry.properties.digest as object),
  description:
    '`sha256:` and the SHA-256 of a key that exists already, in hex. Default: a new key is made, and shown once',
  writeOnly: true,
}

const states = ['active', 'disabled', 'expired'] as const

export const keySchema = z
  .object({
    id: z.string(),
    ...writtenFields(shown),
    facts: z
      .object({
        state: z.enum(states),
        previous_until: z.iso
          .datetime()
          .nullable()
          .meta({ description: 'Until when the secret that was replaced last still works' }),
        routing: z
          .enum(['none', 'active', 'inactive'])
          .meta({ description: 'Whether the key splits plain model names itself' }),
      })
      .meta({ description: 'What follows from the fields; only read' }),
  })
  .meta({ id: 'Key' })

export function keyResource(now: () => number): EntryResource {
  return {
    section: keySection,
    path: '/api/v1/keys',
    tag: 'Keys',
    item: keySchema,
    bodies: {
      create: writtenBody(writable, { id: 'NewKey', fields: { digest: digestField }, required: ['id'] }),
      put: writtenBody(writable, { id: 'KeyFields', fields: { digest: digestField } }),
      patch: patchBody(patchable, 'KeyPatch'),
    },
    query: pageQuery({
      sort: ['id', 'tenant'],
      filter: {
        tenant: z.string().optional(),
        tags: z.string().optional().meta({ description: 'Only those with this tag' }),
        router: z.string().optional().meta({ description: 'Only those bound to this router' }),
        state: z.enum(states).optional(),
        routing: z.enum(['none', 'active', 'inactive']).optional(),
      },
    }),
    facts: (id, _, snapshot) => factsOf(find(snapshot, id), now()),
    facets: (id, _, snapshot) => facetsOf(find(snapshot, id), now()),
    hidden: HIDDEN,
    replace: keepSecret,
    descriptions: {
      put: 'The secret stays; `/rotate` replaces it.',
      delete: 'Requests with it are refused from now on.',
    },
  }
}

/** A put says nothing of the secret, unless it names another one. */
function keepSecret(key: Fields, put: Fields): Fields {
  if (put.digest !== undefined || put.secret !== undefined) return put
  const kept = ['digest', 'previous', 'secret'].filter(name => key[name] !== undefined)
  return { ...Object.fromEntries(kept.map(name => [name, key[name]])), ...put }
}

export function find(snapshot: Snapshot, id: string): KeySnapshot | undefined {
  return snapshot.keys.find(key => key.id === id)
}

function factsOf(key: KeySnapshot | undefined, now: number): Fields {
  const until = key?.previous?.until ?? 0
  return {
    state: stateOf(key, now),
    previous_until: until > now ? new Date(until).toISOString() : null,
    routing: routingOf(key),
  }
}

function facetsOf(key: KeySnapshot | undefined, now: number): Fields {
  const { tenant, tags, router } = key ?? {}
  return { tenant, tags, router, state: stateOf(key, now), routing: routingOf(key) }
}

function stateOf(key: KeySnapshot | undefined, now: number): (typeof states)[number] {
  if (key?.disabled === true) return 'disabled'
  return (key?.expiresAt ?? Number.POSITIVE_INFINITY) <= now ? 'expired' : 'active'
}

function routingOf(key: KeySnapshot | undefined): 'none' | 'active' | 'inactive' {
  if (key?.routing == null) return 'none'
  return key.routing.active ? 'active' : 'inactive'
}

function without(fields: ObjectSchema['properties'], names: readonly string[]): ObjectSchema['properties'] {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
}
