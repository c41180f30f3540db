// Marks by which the simulator knows its own thoughts again, as vendors sign theirs. Nothing is stored, and every
// simulated account knows the others' marks, as an account of a vendor does.
import { createHmac } from 'node:crypto'

const KEY = 'weir-sim'

/** Base64; the same for the same text. */
export const sign = (text: string): string => createHmac('sha256', KEY).update(text).digest('base64')

/** An opaque mark that carries its own proof; `nonce` tells it from others. */
export const seal = (nonce: string): string => Buffer.from(`${nonce}.${sign(nonce)}`).toString('base64')

/** Whether `seal` made it. */
export const isSeal = (text: string): boolean => {
  const [nonce = '', signature] = Buffer.from(text, 'base64').toString().split('.')
  return signature === sign(nonce)
}
