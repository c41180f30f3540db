// Where the gateway is and with which key: from the options, else from what a running `weir start` wrote down.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CannotStart } from './cannot-start.ts'
import { parseObject } from './json-value.ts'

const connectionSchema = z.object({ dataUrl: z.url(), key: z.string().min(1).optional() })

interface Connection {
  readonly url: URL
  readonly key: string
}

/**
 * @param given - what the command line says; null for what it does not say
 * @throws CannotStart when something is missing: the recorded key is used for the recorded URL only, never sent elsewhere
 */
export async function findConnection(
  given: { readonly url: URL | null; readonly key: string | null },
  dataDir: string,
): Promise<Connection> {
  if (given.url !== null && given.key !== null) return { url: given.url, key: given.key }
  const file = join(dataDir, 'connection.json')
  const recorded = await readConnection(file)
  const url = given.url ?? recorded?.url
  if (url === undefined) {
    throw new CannotStart(
      `no running gateway: ${file} is not there. Run \`weir start\`, or give --url and --key`,
    )
  }
  const key = given.key ?? (recorded?.url.origin === url.origin ? recorded.key : undefined)
  if (key === undefined) throw new CannotStart(`give --key: ${file} holds no key for ${url.origin}`)
  return { url, key }
}

interface Recorded {
  readonly url: URL
  readonly key: string | undefined
}

async function readConnection(file: string): Promise<Recorded | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new CannotStart(`cannot read ${file}: ${error.message}`)
  })
  if (text === null) return null
  const parsed = connectionSchema.safeParse(parseObject(text))
  if (!parsed.success)
    throw new CannotStart(`${file} is not as \`weir start\` writes it; give --url and --key`)
  return { url: new URL(parsed.data.dataUrl), key: parsed.data.key }
}
