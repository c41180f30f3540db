// Secrets at rest: AES-256-GCM under a key derived from the master key. What is sealed for one id opens for no other.
//
// A sealed value is 1 byte version, 4 bytes that tell the key, 12 bytes nonce, the ciphertext and 16 bytes tag. Version,
// key and id are authenticated with it.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from 'node:crypto'

const VERSION = 1
const KEY_ID_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + KEY_ID_BYTES
const SHORTEST_PASSPHRASE = 16

/**
 * Why a sealed value does not open. `wrong_key`: it was sealed under another master key; `damaged`: it was altered, cut
 * short, or sealed for another id.
 */
export class SealError extends Error {
  readonly kind: 'wrong_key' | 'damaged'

  constructor(kind: SealError['kind']) {
    super(
      kind === 'wrong_key'
        ? 'it was sealed under another master key: WEIR_MASTER_KEY or master.key has changed'
        : 'the sealed value is damaged or belongs elsewhere',
    )
    this.kind = kind
  }
}

export interface Sealer {
  /** `id` names what is sealed, uniquely: the value opens only under the same id. */
  seal(id: string, text: string): Uint8Array
  /** @throws SealError when it does not open */
  open(id: string, sealed: Uint8Array): string
}

/** @param masterKey - 32 bytes */
export function createSealer(masterKey: Uint8Array): Sealer {
  const key = derive(masterKey, 'weir seal v1', 32)
  const header = Buffer.concat([Buffer.of(VERSION), derive(masterKey, 'weir seal v1 key id', KEY_ID_BYTES)])
  return {
    seal: (id, text) => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(contextOf(header, id))
      const ciphertext = [cipher.update(text, 'utf8'), cipher.final()]
      return Buffer.concat([header, nonce, ...ciphertext, cipher.getAuthTag()])
    },
    open: (id, sealed) => {
      const bytes = Buffer.from(sealed)
      if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION)
        throw new SealError('damaged')
      if (!bytes.subarray(0, HEADER_BYTES).equals(header)) throw new SealError('wrong_key')
      return decrypt(key, bytes.subarray(HEADER_BYTES), contextOf(header, id))
    },
  }
}

/**
 * The 32 bytes behind a master key as it is written: 64 hex digits or base64 of 32 bytes stand for themselves, any other
 * text of at least 16 characters goes through scrypt. Undefined for shorter ones.
 *
 * The salt is fixed, for the same passphrase has to open the same store on another machine; scrypt's cost
 * (N = 2^15, r = 8, p = 1) is what slows guessing down.
 */
export function parseMasterKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64')
  if (text.length < SHORTEST_PASSPHRASE) return undefined
  return scryptSync(text, 'weir master key v1', 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 })
}

function derive(masterKey: Uint8Array, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', purpose, bytes))
}

function contextOf(header: Uint8Array, id: string): Buffer {
  return Buffer.concat([header, Buffer.from(id)])
}

function decrypt(key: Buffer, sealed: Buffer, context: Buffer): string {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const ciphertext = sealed.subarray(NONCE_BYTES, -TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    .setAAD(context)
    .setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return decipher.update(ciphertext, undefined, 'utf8') + decipher.final('utf8')
  } catch {
    // The tag does not fit: node:crypto throws a plain Error for that and for nothing else here.
    throw new SealError('damaged')
  }
}
