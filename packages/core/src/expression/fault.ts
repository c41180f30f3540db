// Why an expression has no value. Faults travel as values, not as exceptions: a missing metadata key is the most
// ordinary case there is, and an exception costs a hundred times an evaluation.

export abstract class Fault {
  abstract readonly kind: 'missing' | 'failed'
}

/** Something the condition names is not in the request. */
export class Missing extends Fault {
  readonly kind = 'missing'
  /** As the condition writes it: `tier`, `metadata.user.plan`, `headers["x-tier"]`. */
  readonly key: string

  constructor(key: string) {
    super()
    this.key = key
  }
}

/** The values are there, but the expression cannot be worked out with them. */
export class Failed extends Fault {
  readonly kind = 'failed'
  readonly message: string

  constructor(message: string) {
    super()
    this.message = message
  }
}
