// Ids of what an account keeps: no two accounts issue the same one, though seed and requests be the same.
import type { Call } from './endpoint.ts'
import { randomFrom } from './random.ts'

/** `length` letters and digits, drawn by seed, request and account. */
export const issueId = ({ sim, random }: Call, length: number): string =>
  randomFrom(`${sim.account} ${random.id(24)}`).id(length)
