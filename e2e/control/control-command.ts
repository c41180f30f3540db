// What commands of the property-based client have in common: they know what they did, for reports, and check answers
// against what the client knows.
import type fc from 'fast-check'
import { expect } from 'vitest'
import { type ControlModel, type Kind, pathOf } from './control-model.ts'
import type { DocumentedAnswer, DocumentedCall, DocumentedClient } from './documented-client.ts'

/** Which entry a command is about: the `pick`th there is, counted round. */
export interface EntryWish<Of extends Kind = Kind> {
  readonly kind: Of
  readonly pick: number
}

export abstract class ControlCommand<Wish = unknown>
  implements fc.AsyncCommand<ControlModel, DocumentedClient>
{
  /** What was made up for it; what comes of that depends on the state it meets. */
  protected readonly wish: Wish
  #said: readonly string[] = []

  constructor(wish: Wish) {
    this.wish = wish
  }

  abstract check(model: Readonly<ControlModel>): boolean
  protected abstract act(model: ControlModel, client: DocumentedClient): Promise<void>

  async run(model: ControlModel, client: DocumentedClient): Promise<void> {
    const before = client.made.length
    try {
      await this.act(model, client)
    } finally {
      this.#said = client.made.slice(before).map(({ what, status }) => `${what} -> ${status}`)
    }
  }

  /** The calls it made; a failing sequence is printed as these. */
  toString(): string {
    return `\n  ${this.#said.join('\n  ')}`
  }
}

/**
 * Makes a call that should be done. Undefined when it was refused: that is counted, and the state is as before. Any other
 * status than the given one is an error.
 */
export async function doneAs(
  client: DocumentedClient,
  status: number,
  call: DocumentedCall,
): Promise<DocumentedAnswer | undefined> {
  const answer = await client.send(call)
  if (answer.status >= 400) return undefined
  expect([answer.status, answer.text]).toEqual([status, answer.text])
  return answer
}

/** Makes a call that the state is against, and that has to be refused as such. */
export async function refusedAs(
  client: DocumentedClient,
  status: number,
  call: DocumentedCall,
): Promise<void> {
  const answer = await client.send({ ...call, intent: 'conflict' })
  expect([answer.status, answer.text]).toEqual([status, answer.text])
}

/** Reads an entry and compares it with what was written, and its ETag with that of the answer of the change. */
export async function readBack(
  client: DocumentedClient,
  model: ControlModel,
  kind: Kind,
  id: string,
): Promise<void> {
  const entry = model[kind].get(id)
  const answer = await client.send({ method: 'GET', path: `${pathOf(kind)}/{id}`, id })
  expect([answer.status, answer.text]).toEqual([200, answer.text])
  const { facts: _, ...fields } = answer.json
  expect(fields).toEqual({ id, ...entry?.fields })
  expect(answer.etag).toBe(entry?.etag)
}
