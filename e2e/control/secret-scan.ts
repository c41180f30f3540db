// Looks for secrets in whatever a program leaves behind, in every form in which a secret is likely to be written.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'

/** What a channel held: bytes, and where they were. */
export interface Evidence {
  readonly where: string
  readonly bytes: Buffer
}

export interface Finding {
  readonly where: string
  /** Name of the canary, not the canary. */
  readonly canary: string
  readonly form: string
}

/** Every place where one of the canaries, by name, stands in one of its forms. */
export function scan(evidence: readonly Evidence[], canaries: Readonly<Record<string, string>>): Finding[] {
  const forms = Object.entries(canaries).flatMap(([canary, value]) =>
    Object.entries(formsOf(value)).map(([form, text]) => ({ canary, form, text })),
  )
  return evidence.flatMap(({ where, bytes }) => {
    const text = bytes.toString('latin1')
    const folded = text.toLowerCase()
    return forms
      .filter(form => (isFolded(form.form) ? folded : text).includes(form.text))
      .map(({ canary, form }) => ({ where, canary, form }))
  })
}

/** Forms whose letters have no case of their own. */
const isFolded = (form: string) =>
  form === 'hex' || form.startsWith('url') || form === 'json: every character'

/** A secret as it stands, and as it is written in base64 at every alignment, in URLs, in JSON and in hex. */
export function formsOf(secret: string): Record<string, string> {
  const bytes = Buffer.from(secret, 'utf8')
  const quoted = JSON.stringify(secret).slice(1, -1)
  const hexes = Array.from(bytes, byte => byte.toString(16).padStart(2, '0'))
  return {
    raw: secret,
    hex: hexes.join(''),
    'utf-16': Buffer.from(secret, 'utf16le').toString('latin1'),
    url: encodeURIComponent(secret).toLowerCase(),
    'url: form': new URLSearchParams({ '': secret }).toString().slice(1).toLowerCase(),
    'url: every character': hexes.map(hex => `%${hex}`).join(''),
    json: quoted,
    'json in json': JSON.stringify(quoted).slice(1, -1),
    'json: every character': hexes.map(hex => `\\u00${hex}`).join(''),
    ...Object.fromEntries([0, 1, 2].map(offset => [`base64, offset ${offset}`, base64At(bytes, offset)])),
    ...Object.fromEntries(
      [0, 1, 2].map(offset => [`base64url, offset ${offset}`, toUrlAlphabet(base64At(bytes, offset))]),
    ),
  }
}

/** The characters of base64 that the bytes alone decide when they begin at this offset of a longer text. */
function base64At(bytes: Buffer, offset: number): string {
  const whole = bytes.subarray((3 - offset) % 3)
  return whole.subarray(0, whole.length - (whole.length % 3)).toString('base64')
}

const toUrlAlphabet = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')

/** Every file below a directory; what is compressed also decompressed. */
export function readTree(directory: string): Evidence[] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  )
  return files.flatMap(entry => {
    const file = join(entry.parentPath, entry.name)
    const where = `file ${relative(directory, file)}`
    const bytes = readFileSync(file)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    return [{ where, bytes }, ...(isGzip ? [{ where: `${where}, gunzipped`, bytes: gunzipSync(bytes) }] : [])]
  })
}

/** Every value of every table. */
export function dumpTables(file: string): Evidence[] {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    return names.map(({ name }) => {
      const rows = database.prepare(`SELECT * FROM "${String(name)}"`).all()
      const values = rows.flatMap(row => Object.values(row)).map(bytesOf)
      return { where: `table ${String(name)}`, bytes: Buffer.concat(values) }
    })
  } finally {
    database.close()
  }
}

/** With a character after each that no form of a secret has. */
function bytesOf(value: unknown): Buffer {
  const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value), 'utf8')
  return Buffer.concat([bytes, Buffer.from('\n')])
}
