// `weir tokens`: the tokens of the control plane itself.
import { type Command, Option } from 'commander'
import { z } from 'zod'
import {
  addControlOptions,
  type ControlClient,
  ControlError,
  type ControlOptions,
  withControl,
} from './control-client.ts'
import { print, printError, printJson } from './output.ts'
import { renderTable } from './table.ts'

const PATH = '/api/v1/tokens'

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
})

type Token = z.infer<typeof tokenSchema>

interface JsonOption extends ControlOptions {
  readonly json?: true
}

interface CreateOptions extends JsonOption {
  readonly role: string
  readonly expires?: string
}

export function registerTokens(program: Command): void {
  const tokens = program
    .command('tokens')
    .summary('make, list and revoke tokens of the control plane')
    .description('Tokens of the control plane. These commands take the token of an admin.')
  const create = tokens
    .command('create')
    .description('Make a token and print it, this once.')
    .argument('<name>', 'who is to use it; the actor of what is done with it')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['viewer', 'editor', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--expires <time>', 'ISO 8601 with an offset, such as 2027-01-31T00:00:00Z')
  addControlOptions(create).option('--json', 'print the whole answer').action(createToken)
  const list = tokens.command('list').description('List tokens; they themselves are not shown.')
  addControlOptions(list).option('--json', 'print them as data').action(listTokens)
  const revoke = tokens
    .command('revoke')
    .description('Revoke a token: it is refused from now on.')
    .argument('<name>', 'name or id of the token')
  addControlOptions(revoke).action(revokeToken)
}

async function createToken(name: string, options: CreateOptions): Promise<void> {
  await withControl(options, async client => {
    const { data, value } = await client.sendFor(z.object({ token: z.string() }), {
      method: 'POST',
      path: PATH,
      body: {
        name,
        role: options.role,
        ...(options.expires !== undefined && { expires_at: options.expires }),
      },
    })
    if (options.json) return printJson(data)
    printError(`The token of ${name}; it is not shown again:`)
    print(value.token)
  })
}

async function listTokens(options: JsonOption): Promise<void> {
  await withControl(options, async client => {
    if (options.json) return printJson(await client.listAll(z.unknown(), PATH))
    const tokens = await client.listAll(tokenSchema, PATH)
    const rows = tokens.map(({ name, role, created_at, expires_at, last_used_at }) => [
      name,
      role,
      created_at,
      expires_at ?? 'never',
      last_used_at ?? 'never',
    ])
    print(renderTable(['name', 'role', 'created', 'expires', 'last used'], rows))
  })
}

async function revokeToken(name: string, options: ControlOptions): Promise<void> {
  await withControl(options, async client => {
    const token = await findToken(client, name)
    await client.send({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(token.id)}` })
    printError(`The token ${token.name} is revoked.`)
  })
}

async function findToken(client: ControlClient, name: string): Promise<Token> {
  const tokens = await client.listAll(tokenSchema, PATH)
  const found = tokens.find(token => token.name === name || token.id === name)
  if (found === undefined) throw new ControlError('not_found', `there is no token "${name}"`)
  return found
}
