// How commands talk to a running control plane: where it is, with which token, and what it says when it says no.
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { type Problem, parsePath } from '@weir/core/config'
import type { Command } from 'commander'
import { z } from 'zod'
import { readConnection } from './connection.ts'
import { printError } from './output.ts'

/** Options of every command that needs a control plane. */
export interface ControlOptions {
  readonly controlUrl?: string
  readonly tokenFile?: string
  readonly dataDir: string
}

/** There is no option for the token itself: command lines are seen by every user of a machine. */
export function addControlOptions(command: Command): Command {
  return command
    .option('--control-url <url>', 'the control plane (default: $WEIR_CONTROL_URL, else of --data-dir)')
    .option('--token-file <file>', "file with a token, - for stdin (default: $WEIR_TOKEN, else the demo's)")
    .option('--data-dir <dir>', 'data directory of a running `weir start`', '.weir')
}

/** What kept a command from being done, in words for its user. */
export class ControlError extends Error {
  /** The control plane's word for it, such as `precondition_failed`; `unreachable` or `no_connection` are ours. */
  readonly code: string
  /** What is wrong with a config, in the places of what was sent. */
  readonly problems: readonly Problem[]

  constructor(code: string, message: string, problems: readonly Problem[] = []) {
    super(message)
    this.code = code
    this.problems = problems
  }
}

/** Runs a command against the control plane; with what keeps it from being done it ends with `exitCode`. */
export function withControl(
  options: ControlOptions,
  run: (client: ControlClient) => Promise<void>,
  exitCode = 1,
): Promise<void> {
  return endingWell(async () => run(await openControl(options)), exitCode)
}

/** Runs a command; what keeps it from being done is printed, and it ends with `exitCode`. */
export async function endingWell(run: () => Promise<void>, exitCode = 1): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    printError(`weir: ${error.message}`)
    process.exitCode = exitCode
  }
}

/** @throws ControlError when nobody says where it is, or with which token */
export async function openControl(options: ControlOptions): Promise<ControlClient> {
  const connection = readConnection(options.dataDir)
  const given = options.controlUrl ?? present(process.env.WEIR_CONTROL_URL)
  const url = given ?? connection?.controlUrl
  if (url === undefined) {
    const ways = 'give --control-url, set WEIR_CONTROL_URL, or name the data directory of a running weir'
    throw new ControlError('no_connection', `no control plane is known here; ${ways}`)
  }
  if (!/^https?:\/\/[^@?#\s]+$/.test(url) || !URL.canParse(url)) {
    throw new ControlError('no_connection', 'the control URL must be like http://127.0.0.1:8788')
  }
  // The demo's token goes to the demo only.
  const ours = given === undefined ? connection?.adminToken : undefined
  const token = (await readTokenFile(options.tokenFile)) ?? present(process.env.WEIR_TOKEN) ?? ours
  if (token === undefined) {
    throw new ControlError('no_connection', 'a token is needed; set WEIR_TOKEN, or give --token-file')
  }
  if (!/^[!-~]+$/.test(token))
    throw new ControlError('no_connection', 'the token has characters that no token has')
  return new ControlClient(url.replace(/\/+$/, ''), token)
}

/** Whether a control plane is named, so that it is asked whatever the data directory holds. */
export function namesProgram({ controlUrl }: ControlOptions): boolean {
  return (controlUrl ?? present(process.env.WEIR_CONTROL_URL)) !== undefined
}

function present(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}

async function readTokenFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const content = file === '-' ? await text(process.stdin) : readOrExplain(file)
  if (content.trim() !== '') return content.trim()
  throw new ControlError('no_connection', `there is no token in ${file === '-' ? 'stdin' : file}`)
}

function readOrExplain(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ControlError('no_connection', `the token cannot be read: ${(error as Error).message}`)
  }
}

export interface ControlRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With every part encoded. */
  readonly path: string
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

export interface ControlAnswer {
  readonly headers: Headers
  readonly text: string
}

export interface ReadAnswer<Value> {
  readonly headers: Headers
  /** As it came. */
  readonly data: unknown
  readonly value: Value
}

const TIMEOUT_MS = 60_000

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  problems: z
    .array(
      z.object({ code: z.string(), path: z.string(), message: z.string(), offset: z.number().optional() }),
    )
    .default([]),
})

export class ControlClient {
  readonly url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.url = url
    this.#token = token
  }

  /** @throws ControlError when it cannot be reached or does not do it */
  async send(request: ControlRequest): Promise<ControlAnswer> {
    const { method, path, query = {}, headers, body } = request
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
    const { answer, content } = await this.#fetch(`${this.url}${path}${search}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A token is not sent on to wherever an answer points.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!answer.ok) throw refusalOf(answer, content)
    return { headers: answer.headers, text: content }
  }

  /**
   * For bodies and answers of any size and duration: hands the answer over unread.
   *
   * @param request - its body is sent as it is, its type is among the headers
   * @throws ControlError when it cannot be reached or does not do it
   */
  async exchange(
    request: Omit<ControlRequest, 'query' | 'body'> & { readonly body: string | ReadableStream },
  ) {
    const { method, path, headers, body } = request
    // Node's own gives up after five minutes without an answer, however long a store takes to be written anew.
    const { Agent, fetch: fetchPatiently } = await import('undici')
    try {
      const answer = await fetchPatiently(`${this.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, ...headers },
        body,
        redirect: 'manual',
        dispatcher: new Agent({ headersTimeout: 0, bodyTimeout: 0 }),
        ...(typeof body !== 'string' && { duplex: 'half' as const }),
      })
      if (!answer.ok) throw refusalOf(answer, await answer.text())
      return answer
    } catch (error) {
      if (error instanceof ControlError) throw error
      throw new ControlError('unreachable', `${this.url} cannot be reached: ${reasonOf(error as Error)}`)
    }
  }

  /** The answer's JSON, of the shape asked for. @throws ControlError */
  async sendFor<Schema extends z.ZodType>(
    schema: Schema,
    request: ControlRequest,
  ): Promise<ReadAnswer<z.infer<Schema>>> {
    const answer = await this.send(request)
    const data = parseJson(answer.text)
    const parsed = schema.safeParse(data)
    if (parsed.success) return { headers: answer.headers, data, value: parsed.data }
    throw new ControlError(
      'bad_answer',
      `${this.url} does not answer as a control plane of this version does`,
    )
  }

  /** All items of a list, page by page. @throws ControlError */
  async listAll<Schema extends z.ZodType>(item: Schema, path: string): Promise<z.infer<Schema>[]> {
    const page = z.object({ items: z.array(item), next: z.string().nullable() })
    const items: z.infer<Schema>[] = []
    let after: string | undefined
    do {
      const { value } = await this.sendFor(page, { method: 'GET', path, query: { limit: '500', after } })
      items.push(...value.items)
      after = value.next ?? undefined
    } while (after !== undefined)
    return items
  }

  async #fetch(url: string, init: RequestInit): Promise<{ answer: Response; content: string }> {
    try {
      const answer = await fetch(url, init)
      return { answer, content: await answer.text() }
    } catch (error) {
      throw new ControlError('unreachable', `${this.url} cannot be reached: ${reasonOf(error as Error)}`)
    }
  }
}

function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return (cause as NodeJS.ErrnoException).code ?? cause.message
}

function refusalOf(answer: Pick<Response, 'url' | 'status'>, content: string): ControlError {
  const parsed = problemSchema.safeParse(parseJson(content))
  if (!parsed.success) return new ControlError('bad_answer', `${answer.url} answers ${answer.status}`)
  const { code, detail, problems } = parsed.data
  return new ControlError(
    code,
    `${detail} (${code})`,
    problems.map(({ path, offset, ...found }) => ({
      ...found,
      path: parsePath(path),
      ...(offset !== undefined && { offset }),
    })),
  )
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}
