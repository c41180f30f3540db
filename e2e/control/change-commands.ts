// Commands that change entries: create, replace, patch and delete, each followed by a look at what came of it.
import { expect } from 'vitest'
import type { Fields } from './control-client.ts'
import { ControlCommand, doneAs, type EntryWish, readBack, refusedAs } from './control-command.ts'
import {
  type ControlModel,
  isSound,
  type Kind,
  pathOf,
  pickId,
  shownFields,
  withEntry,
} from './control-model.ts'
import type { DocumentedAnswer, DocumentedCall, DocumentedClient } from './documented-client.ts'
import { canBeMade, meant } from './meaning.ts'
import { merged, patchBetween } from './merge-patch.ts'

export interface CreateWish {
  readonly kind: Kind
  /** By the document's schema of creates. */
  readonly body: Fields
  readonly pick: number
  /** `preview`: first only asks. `again`: sends it twice with an idempotency key, and then another body with that key. */
  readonly way: 'plain' | 'preview' | 'again'
  readonly reason: string
}

export class Create extends ControlCommand<CreateWish> {
  check(model: Readonly<ControlModel>): boolean {
    return canBeMade(this.wish.kind, model)
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const { kind, pick } = this.wish
    const body = meant(kind, this.wish.body, model, pick)
    const call: DocumentedCall = { method: 'POST', path: pathOf(kind), body }
    if (isTaken(model, kind, body)) return refusedAs(client, 409, call)
    const answer = await this.#send(client, call, body)
    if (answer === undefined) return
    const { id = '', ...fields } = kind === 'tokens' ? { id: answer.json.id, ...body } : body
    model[kind].set(String(id), { fields: shownFields(kind, fields), etag: answer.etag })
    if (kind === 'tokens') expect(answer.json).toMatchObject({ expires_at: null, ...body })
    else await readBack(client, model, kind, String(id))
  }

  async #send(
    client: DocumentedClient,
    call: DocumentedCall,
    body: Fields,
  ): Promise<DocumentedAnswer | undefined> {
    const { kind, way, reason } = this.wish
    if (way === 'again') return this.#sendTwice(client, call, body)
    if (way === 'plain' || kind === 'tokens') return doneAs(client, 201, call)
    await doneAs(client, 200, {
      ...call,
      query: { preview: 'true' },
      headers: { 'idempotency-key': newKey(client) },
    })
    return doneAs(client, 201, { ...call, query: { reason } })
  }

  async #sendTwice(
    client: DocumentedClient,
    call: DocumentedCall,
    body: Fields,
  ): Promise<DocumentedAnswer | undefined> {
    const keyed = { ...call, headers: { 'idempotency-key': newKey(client) } }
    const first = await doneAs(client, 201, keyed)
    if (first === undefined) return undefined
    const second = await doneAs(client, 201, keyed)
    expect(second).toEqual(first)
    const name = this.wish.kind === 'tokens' ? 'name' : 'id'
    await refusedAs(client, 422, {
      ...keyed,
      body: { ...body, [name]: `${String(body[name]).slice(0, 90)}x` },
    })
    return first
  }
}

/** Kept answers outlive the state that a run begins with, so that no key may come again. */
const newKey = ({ made }: DocumentedClient) => `call ${made.length}`

function isTaken(model: ControlModel, kind: Kind, body: Fields): boolean {
  if (kind !== 'tokens') return model[kind].has(String(body.id))
  return [...model.tokens.values()].some(({ fields }) => fields.name === body.name)
}

export interface ChangeWish {
  readonly method: 'PUT' | 'PATCH'
  readonly kind: Exclude<Kind, 'tokens'>
  readonly pick: number
  /** By the document's schema of puts. */
  readonly body: Fields
  /** How many of the fields a patch takes over, of 8. */
  readonly share: number
  /** `stale`: first with an ETag of another state. */
  readonly seen: 'current' | 'stale'
}

/** Replaces an entry, or patches it to something between what it is and another one. */
export class Change extends ControlCommand<ChangeWish> {
  check(model: Readonly<ControlModel>): boolean {
    return model[this.wish.kind].size > 0 && canBeMade(this.wish.kind, model)
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const { method, kind, pick } = this.wish
    const id = pickId(model, kind, pick) ?? ''
    const { fields, etag } = model[kind].get(id) ?? { fields: {}, etag: '' }
    const whole = this.#whole(model, id, this.wish.body)
    const body = method === 'PUT' ? whole : this.#patch(model, client, id, whole)
    const call = { method, path: `${pathOf(kind)}/{id}`, id, body } as const
    const stale = { ...call, headers: { 'if-match': '"stale"' } }
    if (this.wish.seen === 'stale') await refusedAs(client, 412, stale)
    const answer = await doneAs(client, 200, { ...call, headers: { 'if-match': etag } })
    if (answer === undefined) return
    const after = method === 'PUT' ? body : (merged(fields, body) as Fields)
    model[kind].set(id, { fields: shownFields(kind, after), etag: answer.etag })
    await readBack(client, model, kind, id)
  }

  /** The wished entry under this id. A model that something uses stays enabled; one that stands for many has no name. */
  #whole(model: ControlModel, id: string, wished: Fields): Fields {
    const { kind, pick } = this.wish
    const { id: _, ...fields } = meant(kind, wished, model, pick)
    const { name: __, ...nameless } = fields
    const written = kind === 'models' && id.endsWith('/*') ? nameless : fields
    const isKept = isSound(withEntry(model, kind, id, written))
    return isKept ? written : { ...written, enabled: true }
  }

  /** What a patch makes has to be valid as a put would be: if a part of the wish is not, it takes over all of it. */
  #patch(model: ControlModel, client: DocumentedClient, id: string, whole: Fields): Fields {
    const { kind, share } = this.wish
    const before = model[kind].get(id)?.fields ?? {}
    const names = [...new Set([...Object.keys(before), ...Object.keys(whole)])]
    const taken = names.filter((_, index) => index % 8 < share)
    const partly = Object.fromEntries(
      names.map(name => [name, taken.includes(name) ? whole[name] : before[name]]),
    )
    const target = this.#whole(model, id, JSON.parse(JSON.stringify(partly)) as Fields)
    const patch = patchBetween(before, target)
    const schema = client.bodySchema('PUT', `${pathOf(kind)}/{id}`)
    return client.validates(schema, merged(before, patch)) ? patch : patchBetween(before, whole)
  }
}

export class Remove extends ControlCommand<EntryWish> {
  check(model: Readonly<ControlModel>): boolean {
    return model[this.wish.kind].size > 0
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const { kind, pick } = this.wish
    const id = pickId(model, kind, pick) ?? ''
    const etag = model[kind].get(id)?.etag ?? ''
    const path = `${pathOf(kind)}/{id}`
    const call: DocumentedCall = {
      method: 'DELETE',
      path,
      id,
      headers: kind === 'tokens' ? {} : { 'if-match': etag },
    }
    if (!isSound(withEntry(model, kind, id, undefined))) return refusedAs(client, 409, call)
    if ((await doneAs(client, 204, call)) === undefined) return
    model[kind].delete(id)
    if (kind !== 'tokens') await refusedAs(client, 404, { method: 'GET', path, id })
    else await refusedAs(client, 404, call)
  }
}
