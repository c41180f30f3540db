// What providers, models, routers and keys have in common as resources: how an entry is shown, and how a change of one
// is published and answered.
import { z } from '@hono/zod-openapi'
import type { ConfigInput, Snapshot } from '@weir/core/config'
import type { Context } from 'hono'
import type { AdminEnv } from '../http/app.ts'
import { type Publishing, publishEdit } from '../http/change.ts'
import { etagOf, matches } from '../http/match.ts'
import type { CurrentRevision, Edit } from '../revision/publishing.ts'
import type { Section } from './section.ts'
import type { Fields } from './written.ts'

/** What resources need of the revisions. */
export interface ConfigSource extends Publishing {
  current(): Pick<CurrentRevision, 'number' | 'config' | 'snapshot'>
}

/** An entry as it is shown: its fields as they are written, and `facts` that follow from them and are only read. */
export type Item = Fields & { readonly id: string; readonly facts: Fields }

/** One kind of entry, as a resource. */
export interface EntryResource {
  readonly section: Section
  /** `/api/v1/routers`. */
  readonly path: string
  readonly tag: string
  readonly item: z.ZodObject
  /** Of create, put and patch. */
  readonly bodies: Readonly<Record<'create' | 'put' | 'patch', z.ZodType<Record<string, unknown>>>>
  readonly query: z.ZodObject
  /** Whether ids hold slashes, which paths may then have as they are. */
  readonly ids?: 'with_slashes'
  /** What can be read off the entry and its compiled form. */
  readonly facts: (id: string, entry: Fields, snapshot: Snapshot) => Fields
  /** What lists are filtered and sorted by, with defaults settled; `id` is added. */
  readonly facets: (id: string, entry: Fields, snapshot: Snapshot) => Fields
  /** Fields that are never shown. */
  readonly hidden?: readonly string[]
  /** What a put makes of the entry; default: what was put. */
  readonly replace?: (entry: Fields, put: Fields) => Fields
  /** After an entry is gone. */
  readonly removed?: (id: string) => Promise<void>
  readonly descriptions?: Partial<Readonly<Record<'create' | 'put' | 'patch' | 'delete', string>>>
}

export const idParam = z.object({ id: z.string().min(1).max(256) })

/** The entry without what is never shown. */
export function shownFields({ hidden = [] }: Pick<EntryResource, 'hidden'>, entry: Fields): Fields {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !hidden.includes(name)))
}

export function itemOf(resource: EntryResource, id: string, config: ConfigInput, snapshot: Snapshot): Item {
  const entry = resource.section.get(config, id) ?? {}
  return { id, ...shownFields(resource, entry), facts: resource.facts(id, entry, snapshot) }
}

/** Of the whole entry, hidden fields included: a replaced secret is a change. */
export function etagOfEntry(id: string, entry: Fields): string {
  return etagOf({ id, ...entry })
}

/** Whether the request was made for this state of the entry. */
export function isMadeFor(c: Context<AdminEnv>, id: string): (entry: Fields) => boolean {
  return entry => matches(c, etagOfEntry(id, entry))
}

/** Publishes an edit of one entry and answers with the entry. */
export function publishEntry(
  c: Context<AdminEnv>,
  { revisions, resource, id, edit, more = {} }: EntryEdit,
  status: 200 | 201 = 200,
): Promise<Response> {
  return publishEdit(c, revisions, edit, {
    schema: resource.item,
    item: config => ({ ...itemOf(resource, id, config, revisions.current().snapshot), ...more }),
    etag: config => etagOfEntry(id, resource.section.get(config, id) ?? {}),
    status,
  })
}

export interface EntryEdit {
  readonly revisions: ConfigSource
  readonly resource: EntryResource
  readonly id: string
  readonly edit: Edit
  /** Fields of this one answer. */
  readonly more?: Fields
}

/** Answers 201 with the place of what was made. */
export async function publishCreated(c: Context<AdminEnv>, edit: EntryEdit): Promise<Response> {
  const response = await publishEntry(c, edit, 201)
  if (response.status === 201)
    response.headers.set('location', `${edit.resource.path}/${encodeURIComponent(edit.id)}`)
  return response
}
