// Commands that change nothing: lists, and calls that have to be refused.
import { expect } from 'vitest'
import type { Fields } from './control-client.ts'
import { ControlCommand, doneAs, readBack, refusedAs } from './control-command.ts'
import { type ControlModel, type Kind, pathOf, pickId } from './control-model.ts'
import type { DocumentedClient, Method } from './documented-client.ts'
import { canBeMade, meant } from './meaning.ts'

export class Read extends ControlCommand {
  readonly #kind: Exclude<Kind, 'tokens'>
  readonly #pick: number

  constructor(kind: Exclude<Kind, 'tokens'>, pick: number) {
    super()
    this.#kind = kind
    this.#pick = pick
  }

  check(model: Readonly<ControlModel>): boolean {
    return model[this.#kind].size > 0
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    await readBack(client, model, this.#kind, pickId(model, this.#kind, this.#pick) ?? '')
  }
}

export type ListQuery = Readonly<Record<string, string | number>>

/** Reads a list to its end, page by page. */
export class List extends ControlCommand {
  readonly #kind: Kind
  readonly #query: ListQuery

  constructor(kind: Kind, query: ListQuery) {
    super()
    this.#kind = kind
    this.#query = query
  }

  check(): boolean {
    return true
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const known = [...model[this.#kind].keys()]
    const ids = await this.#ids(client)
    if (ids === undefined) return
    expect(new Set(ids).size).toBe(ids.length)
    expect(known).toEqual(expect.arrayContaining(ids))
    if (!this.#isFiltered()) expect(ids).toHaveLength(known.length)
    if (this.#query.sort === 'id' && this.#kind !== 'tokens') expect(ids).toEqual(ids.toSorted(byCodeUnits))
  }

  #isFiltered(): boolean {
    return Object.keys(this.#query).some(name => name !== 'limit' && name !== 'sort')
  }

  async #ids(client: DocumentedClient): Promise<string[] | undefined> {
    const ids: string[] = []
    let after: unknown
    do {
      const query = { ...this.#query, ...(typeof after === 'string' && { after }) }
      const page = await doneAs(client, 200, { method: 'GET', path: pathOf(this.#kind), query })
      if (page === undefined) return undefined
      const items = page.json.items as { readonly id: string }[]
      expect(items.length).toBeLessThanOrEqual(Number(this.#query.limit ?? 50))
      ids.push(...items.map(({ id }) => id))
      after = page.json.next
    } while (after !== null)
    return ids
  }
}

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : Number(a > b))

/** Asks for what is not there. */
export class Unknown extends ControlCommand {
  readonly #kind: Kind
  readonly #method: Method

  constructor(kind: Kind, method: 'GET' | 'PATCH' | 'DELETE') {
    super()
    this.#kind = kind
    this.#method = kind === 'tokens' ? 'DELETE' : method
  }

  check(model: Readonly<ControlModel>): boolean {
    return !model[this.#kind].has(NOBODY)
  }

  protected async act(_: ControlModel, client: DocumentedClient): Promise<void> {
    await refusedAs(client, 404, {
      method: this.#method,
      path: `${pathOf(this.#kind)}/{id}`,
      id: NOBODY,
      headers: { 'if-match': '*' },
      ...(this.#method === 'PATCH' && { body: {} }),
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
export class Wrong extends ControlCommand {
  readonly #wrong: Mistake

  constructor(wrong: Mistake) {
    super()
    this.#wrong = wrong
  }

  check(model: Readonly<ControlModel>): boolean {
    return canBeMade(this.#wrong.kind, model)
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const { kind, pick, to } = this.#wrong
    const id = pickId(model, kind, pick)
    if (to === 'PATCH without if-match' && kind !== 'tokens' && id !== undefined) {
      const answer = await client.send({ method: 'PATCH', path: `${pathOf(kind)}/{id}`, id, body: {} })
      return expect(answer.status).toBe(428)
    }
    const body = this.#spoilt(meant(kind, this.#wrong.body, model, pick))
    if (client.validates(client.bodySchema('POST', pathOf(kind)), body)) return
    const { status } = await client.send({ method: 'POST', path: pathOf(kind), body })
    // When the id is taken besides, that may be said first.
    expect(status).toBeOneOf([409, 422])
  }

  #spoilt(body: Fields): Fields {
    const { mistake, pick, value } = this.#wrong
    const names = Object.keys(body)
    const name = names[pick % names.length] ?? 'id'
    if (mistake === 'unknown field') return { ...body, unheard_of: value }
    if (mistake === 'wrong value') return { ...body, [name]: value }
    return Object.fromEntries(Object.entries(body).filter(([other]) => other !== name))
  }
}
