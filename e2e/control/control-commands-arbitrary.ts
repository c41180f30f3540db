// Sequences of commands, with bodies and queries made up from the schemas of the document.
import fc from 'fast-check'
import { Change, type ChangeWish, Create, type CreateWish, Remove } from './change-commands.ts'
import type { Fields } from './control-client.ts'
import type { ControlCommand } from './control-command.ts'
import { KINDS, type Kind, pathOf } from './control-model.ts'
import type { DocumentedClient } from './documented-client.ts'
import { INWORLD_PATH, InworldRouter, type InworldWish } from './inworld-command.ts'
import { List, type ListWish, type Mistake, Read, Unknown, Wrong } from './other-commands.ts'
import { type JsonSchema, valueOf } from './schema-arbitrary.ts'

/** Commands over all resources; creates come more often, so that there is something to change. */
export function commandArbitraries(client: DocumentedClient): fc.Arbitrary<ControlCommand>[] {
  const ofResources = KINDS.flatMap(kind => {
    const create = creates(client, kind)
    const general = [
      create,
      create,
      lists(client, kind),
      removes(kind),
      unknowns(kind),
      mistakes(client, kind),
    ]
    return kind === 'tokens' ? general : [...general, create, ...changes(client, kind), reads(kind)]
  })
  return [...ofResources, inworldRouters(client)]
}

function inworldRouters(client: DocumentedClient): fc.Arbitrary<ControlCommand> {
  const wish: fc.Arbitrary<InworldWish> = fc.record({
    body: bodiesOf(client, 'POST', INWORLD_PATH),
    pick: fc.nat(),
    pageSize: fc.integer({ min: 0, max: 3 }),
  })
  return wish.map(made => new InworldRouter(made))
}

/** A body that the document allows, by its schema alone. */
export function bodiesOf(
  client: DocumentedClient,
  method: 'POST' | 'PUT',
  path: string,
): fc.Arbitrary<Fields> {
  const schema = client.bodySchema(method, path)
  const bodies = valueOf(schema, client.document.components.schemas) as fc.Arbitrary<Fields>
  return bodies.filter(body => client.validates(schema, body))
}

function creates(client: DocumentedClient, kind: Kind): fc.Arbitrary<ControlCommand> {
  const wish: fc.Arbitrary<CreateWish> = fc.record({
    kind: fc.constant(kind),
    body: bodiesOf(client, 'POST', pathOf(kind)),
    pick: fc.nat(),
    way: fc.constantFrom('plain', 'plain', 'preview', 'again'),
    reason: fc.string(),
  })
  return wish.map(made => new Create(made))
}

function changes(client: DocumentedClient, kind: Exclude<Kind, 'tokens'>): fc.Arbitrary<ControlCommand>[] {
  const wish: fc.Arbitrary<Omit<ChangeWish, 'method'>> = fc.record({
    kind: fc.constant(kind),
    pick: fc.nat(),
    body: bodiesOf(client, 'PUT', `${pathOf(kind)}/{id}`),
    share: fc.integer({ min: 1, max: 8 }),
    seen: fc.constantFrom('current', 'current', 'current', 'stale'),
  })
  return (['PUT', 'PATCH'] as const).map(method => wish.map(made => new Change({ method, ...made })))
}

function reads(kind: Exclude<Kind, 'tokens'>): fc.Arbitrary<ControlCommand> {
  return fc.nat().map(pick => new Read({ kind, pick }))
}

function removes(kind: Kind): fc.Arbitrary<ControlCommand> {
  return fc.nat().map(pick => new Remove({ kind, pick }))
}

function lists(client: DocumentedClient, kind: Kind): fc.Arbitrary<ControlCommand> {
  const { after: _, limit = {}, ...others } = client.querySchemas(pathOf(kind))
  const { schemas } = client.document.components
  const limits: JsonSchema[] = [limit, { type: 'integer', minimum: 1, maximum: 3 }]
  const values = Object.entries(others).map(([name, schema]) => [name, valueOf(schema, schemas)])
  const query = fc.record(
    { limit: fc.oneof(...limits.map(schema => valueOf(schema, schemas))), ...Object.fromEntries(values) },
    { requiredKeys: [], noNullPrototype: true },
  ) as fc.Arbitrary<ListWish['query']>
  return query.map(made => new List({ kind, query: made }))
}

function unknowns(kind: Kind): fc.Arbitrary<ControlCommand> {
  return fc.constantFrom('GET', 'PATCH', 'DELETE').map(method => new Unknown({ kind, method }))
}

function mistakes(client: DocumentedClient, kind: Kind): fc.Arbitrary<ControlCommand> {
  const mistake: fc.Arbitrary<Mistake> = fc.record({
    kind: fc.constant(kind),
    body: bodiesOf(client, 'POST', pathOf(kind)),
    pick: fc.nat(),
    mistake: fc.constantFrom('unknown field', 'missing field', 'wrong value'),
    value: fc.constantFrom([], {}, 7, 'text', true, null),
    to: fc.constantFrom('POST', 'POST', 'POST', 'PATCH without if-match'),
  })
  return mistake.map(made => new Wrong(made))
}
