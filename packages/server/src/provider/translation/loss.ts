// What a translation could not say. A demand that is lost fails the attempt unless the variant drops the field by
// name; a hint, which asks for nothing but speed, price or bookkeeping, is left out. The event lists both.

export interface Loss {
  /** The name that a variant's `drop` gives it: a field of the request, or the type of a content part. */
  readonly field: string
  /** Where it stands in the client's body, such as `messages[2].content[0]`. */
  readonly path: string
  readonly weight: 'demand' | 'hint'
}

/** Names of fields can come from a client; what is no name would end up in headers and events all the same. */
const NAME = /^[\w.:-]{1,64}$/

/** Collects losses while a request is translated. Whoever reports a loss goes on without what was lost. */
export class Losses {
  readonly #list: Loss[] = []

  get list(): readonly Loss[] {
    return this.#list
  }

  /** Something the answer would be wrong without. */
  demand(field: string, path: string = field): void {
    this.#add(field, path, 'demand')
  }

  /** Something that is there but of another type: it reads as absent, and no provider could object. */
  demandType(type: 'string' | 'boolean' | 'object', value: unknown, field: string, path: string): void {
    if (value === undefined || value === null) return
    if (typeof value !== type || Array.isArray(value)) this.demand(field, path)
  }

  /** Something that changes no answer. */
  hint(field: string, path: string = field): void {
    this.#add(field, path, 'hint')
  }

  /** Demands that `drop` does not name, in the order they were met. */
  undropped(drop: readonly string[]): readonly Loss[] {
    return this.#list.filter(loss => loss.weight === 'demand' && !drop.includes(loss.field))
  }

  /** Names of all that was lost, once each. */
  get fields(): readonly string[] {
    return [...new Set(this.#list.map(loss => loss.field))]
  }

  #add(field: string, path: string, weight: Loss['weight']): void {
    this.#list.push({ field: NAME.test(field) ? field : 'unknown_field', path: path.slice(0, 256), weight })
  }
}
