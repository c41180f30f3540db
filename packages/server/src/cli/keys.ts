// `weir keys`: virtual keys of a running control plane. A secret is printed once, alone on stdout.
import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { addControlOptions, type ControlOptions, type ReadAnswer, withControl } from './control-client.ts'
import { print, printError, printJson } from './output.ts'
import { renderTable } from './table.ts'

const PATH = '/api/v1/keys'

interface ChangeOptions extends ControlOptions {
  readonly reason?: string
  readonly json?: true
}

interface CreateOptions extends ChangeOptions {
  readonly tenant?: string
  readonly tag?: readonly string[]
  readonly router?: string
  readonly allow?: readonly string[]
  readonly defaultProvider?: string
  readonly expires?: string
  readonly mayOverride?: true
}

interface RotateOptions extends ChangeOptions {
  readonly overlap: string
}

export function registerKeys(program: Command): void {
  const keys = program
    .command('keys')
    .summary('make, list, rotate and revoke virtual keys')
    .description('Virtual keys: with one of these an application calls the gateway.')
  registerCreate(keys)
  registerRotate(keys)
  const list = keys.command('list').description('List keys; they themselves are not shown.')
  addControlOptions(list).option('--json', 'print them as data').action(listKeys)
  const revoke = keys
    .command('revoke')
    .description('Revoke a key: it is refused from now on, and gone from the config.')
    .argument('<id>', 'id of the key')
    .option('--reason <text>', 'why; kept with the revision')
  addControlOptions(revoke).action(revokeKey)
}

function registerCreate(keys: Command): void {
  const create = keys
    .command('create')
    .description('Make a key and print it, this once.')
    .argument('<id>', 'what it is called in events and conditions')
    .option('--tenant <id>', 'whose traffic it carries')
    .option('--tag <tag>', 'a fact for conditions; may be repeated', collect)
    .option('--router <id>', 'where its requests with a plain model name go')
    .option('--allow <name>', 'a router or model it may use; may be repeated (default: all)', collect)
    .option('--default-provider <id>', 'provider of plain model names without --router')
    .option('--expires <time>', 'ISO 8601 with an offset, such as 2027-01-31T00:00:00Z')
    .option('--may-override', 'may force a variant')
    .option('--reason <text>', 'why; kept with the revision')
  addControlOptions(create).option('--json', 'print the whole answer').action(createKey)
}

function registerRotate(keys: Command): void {
  const rotate = keys
    .command('rotate')
    .description('Replace the secret of a key, and print the new one, this once.')
    .argument('<id>', 'id of the key')
    .option('--overlap <duration>', 'how long the old one still works: 0s, 30m, 24h, 7d', parseOverlap, '24h')
    .option('--reason <text>', 'why; kept with the revision')
  addControlOptions(rotate).option('--json', 'print the whole answer').action(rotateKey)
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

function parseOverlap(text: string): string {
  if (/^\d+[smhd]$/.test(text)) return text
  throw new InvalidArgumentError('must be a duration like 0s, 30m, 24h or 7d')
}

const madeSchema = z.object({ secret: z.string() })

async function createKey(id: string, options: CreateOptions): Promise<void> {
  const { tenant, tag, router, allow, defaultProvider, expires, mayOverride, reason } = options
  await withControl(options, async client => {
    const made = await client.sendFor(madeSchema, {
      method: 'POST',
      path: PATH,
      query: { reason },
      body: {
        id,
        tenant,
        tags: tag,
        router,
        allow,
        default_provider: defaultProvider,
        expires,
        may_override: mayOverride,
      },
    })
    printSecret(`The key ${id}`, made, options)
  })
}

async function rotateKey(id: string, options: RotateOptions): Promise<void> {
  await withControl(options, async client => {
    const made = await client.sendFor(madeSchema, {
      method: 'POST',
      path: `${PATH}/${encodeURIComponent(id)}/rotate`,
      query: { reason: options.reason },
      body: { overlap: options.overlap },
    })
    printSecret(`The new secret of ${id}`, made, options)
  })
}

function printSecret(
  what: string,
  made: ReadAnswer<z.infer<typeof madeSchema>>,
  options: ChangeOptions,
): void {
  if (options.json) return printJson(made.data)
  printError(`${what}; it is not shown again:`)
  print(made.value.secret)
}

const itemSchema = z.object({
  id: z.string(),
  tenant: z.string().default('default'),
  tags: z.array(z.string()).default([]),
  expires: z.string().default('never'),
  facts: z.object({ state: z.string(), routing: z.string() }),
})

async function listKeys(options: ChangeOptions): Promise<void> {
  await withControl(options, async client => {
    if (options.json) return printJson(await client.listAll(z.unknown(), PATH))
    const keys = await client.listAll(itemSchema, PATH)
    const rows = keys.map(({ id, tenant, tags, expires, facts }) => [
      id,
      facts.state,
      tenant,
      tags.join(', '),
      facts.routing,
      expires,
    ])
    print(renderTable(['id', 'state', 'tenant', 'tags', 'routing', 'expires'], rows))
  })
}

async function revokeKey(id: string, options: ChangeOptions): Promise<void> {
  await withControl(options, async client => {
    await client.send({
      method: 'DELETE',
      path: `${PATH}/${encodeURIComponent(id)}`,
      query: { reason: options.reason },
      headers: { 'if-match': '*' },
    })
    printError(`The key ${id} is revoked.`)
  })
}
