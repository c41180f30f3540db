// What a model's id looks like. Without zod, because the data plane checks clients' names with it.

export const MODEL_ID = /^[A-Za-z0-9._-]+\/(\*|[A-Za-z0-9._:@/-]+)$/

/** Whether a name that a client sent could be a model's: it has no character that a header could not hold. */
export function isModelId(name: string): boolean {
  return name.length <= 256 && MODEL_ID.test(name)
}
