// Commands that change nothing: lists, and calls that have to be refused.
import { expect } from 'vitest'
import type { Fields } from './control-client.ts'
import { ControlCommand, doneAs, type EntryWish, readBack, refusedAs } from './control-command.ts'
import { type ControlModel, type Kind, pathOf, pickId } from './control-model.ts'
import type { DocumentedClient } from './documented-client.ts'
import { canBeMade, meant } from './meaning.ts'

export class Read extends ControlCommand<EntryWish<Exclude<Kind, 'tokens'>>> {
  check(model: Readonly<ControlModel>): boolean {
    return model[this.wish.kind].size > 0
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const { kind, pick } = this.wish
    await readBack(client, model, kind, pickId(model, kind, pick) ?? '')
  }
}

export interface ListWish {
  readonly kind: Kind
  readonly query: Readonly<Record<string, string | number>>
}

/** Reads a list to its end, page by page. */
export class List extends ControlCommand<ListWish> {
  check(): boolean {
    return true
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const known = [...model[this.wish.kind].keys()]
    const ids = await this.#ids(client)
    if (ids === undefined) return
    expect(new Set(ids).size).toBe(ids.length)
    expect(known).toEqual(expect.arrayContaining(ids))
    if (!this.#isFiltered()) expect(ids).toHaveLength(known.length)
    if (this.wish.query.sort === 'id' && this.wish.kind !== 'tokens')
      expect(ids).toEqual(ids.toSorted(byCodeUnits))
  }

  #isFiltered(): boolean {
    return Object.keys(this.wish.query).some(name => name !== 'limit' && name !== 'sort')
  }

  async #ids(client: DocumentedClient): Promise<string[] | undefined> {
    const ids: string[] = []
    let after: unknown
    do {
      const query = { ...this.wish.query, ...(typeof after === 'string' && { after }) }
      const page = await doneAs(client, 200, { method: 'GET', path: pathOf(this.wish.kind), query })
      if (page === undefined) return undefined
      const items = page.json.items as { readonly id: string }[]
      expect(items.length).toBeLessThanOrEqual(Number(this.wish.query.limit ?? 50))
      ids.push(...items.map(({ id }) => id))
      after = page.json.next
    } while (after !== null)
    return ids
  }
}

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : Number(a > b))

export interface UnknownWish {
  readonly kind: Kind
  /** Tokens can only be deleted. */
  readonly method: 'GET' | 'PATCH' | 'DELETE'
}

/** Asks for what is not there. */
export class Unknown extends ControlCommand<UnknownWish> {
  check(model: Readonly<ControlModel>): boolean {
    return !model[this.wish.kind].has(NOBODY)
  }

  protected async act(_: ControlModel, client: DocumentedClient): Promise<void> {
    const { kind } = this.wish
    const method = kind === 'tokens' ? 'DELETE' : this.wish.method
    await refusedAs(client, 404, {
      method,
      path: `${pathOf(kind)}/{id}`,
      id: NOBODY,
      headers: { 'if-match': '*' },
      ...(method === 'PATCH' && { body: {} }),
    })
  }
}

const NOBODY = 'nobody/nothing'

export interface Mistake {
  readonly kind: Kind
  /** By the document's schema of creates. */
  readonly body: Fields
  readonly pick: number
  readonly mistake: 'unknown field' | 'missing field' | 'wrong value'
  readonly value: unknown
  /** Where bodies are sent. A patch without `if-match` is a mistake whatever it holds. */
  readonly to: 'POST' | 'PATCH without if-match'
}

/** Sends what the document forbids; the client throws if it is done. */
export class Wrong extends ControlCommand<Mistake> {
  check(model: Readonly<ControlModel>): boolean {
    return canBeMade(this.wish.kind, model)
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const { kind, pick, to } = this.wish
    const id = pickId(model, kind, pick)
    if (to === 'PATCH without if-match' && kind !== 'tokens' && id !== undefined) {
      const answer = await client.send({ method: 'PATCH', path: `${pathOf(kind)}/{id}`, id, body: {} })
      return expect(answer.status).toBe(428)
    }
    const body = this.#spoilt(meant(kind, this.wish.body, model, pick))
    if (client.validates(client.bodySchema('POST', pathOf(kind)), body)) return
    const { status } = await client.send({ method: 'POST', path: pathOf(kind), body })
    // When the id is taken besides, that may be said first.
    expect(status).toBeOneOf([409, 422])
  }

  #spoilt(body: Fields): Fields {
    const { mistake, pick, value } = this.wish
    const names = Object.keys(body)
    const name = names[pick % names.length] ?? 'id'
    if (mistake === 'unknown field') return { ...body, unheard_of: value }
    if (mistake === 'wrong value') return { ...body, [name]: value }
    return Object.fromEntries(Object.entries(body).filter(([other]) => other !== name))
  }
}
