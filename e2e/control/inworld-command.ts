// Routers in Inworld's shape, by the document's own schema of them: made, read back, listed, patched and deleted again.
//
// What it knows beyond the schema: weights of a route sum to 100; models are there, can do what is asked and are of
// providers in OpenAI's format, which of reasoning can say the effort only; ids of routes, variants and tokens differ;
// the router's id is sent once; a template has its text once and a limit one name; what the document says is refused is
// left out.
import { expect } from 'vitest'
import type { Fields } from './control-client.ts'
import { ControlCommand, doneAs, refusedAs } from './control-command.ts'
import { type ControlModel, openaiModels } from './control-model.ts'
import type { DocumentedClient } from './documented-client.ts'

export const INWORLD_PATH = '/router/v1/routers'
const ITEM_PATH = `${INWORLD_PATH}/{id}`

export interface InworldWish {
  /** By the document's schema of creates. */
  readonly body: Fields
  readonly pick: number
  readonly pageSize: number
}

/** What it makes it deletes again, so that it leaves nothing behind. */
export class InworldRouter extends ControlCommand<InworldWish> {
  check(model: Readonly<ControlModel>): boolean {
    return openaiModels(model).length > 0
  }

  protected async act(model: ControlModel, client: DocumentedClient): Promise<void> {
    const id = `inworld-${client.made.length}`
    const body = meantRouter(this.wish.body, openaiModels(model), this.wish.pick)
    const create = { method: 'POST', path: INWORLD_PATH, query: { router_id: id }, body } as const
    const made = await doneAs(client, 200, create)
    if (made === undefined) return
    const { '@type': _, ...router } = made.json.response as Fields
    expect(router.name).toBe(`routers/${id}`)
    await refusedAs(client, 409, create)
    await isRead(client, id, router)
    await isListed(client, router, this.wish.pageSize)
    const displayName = `Renamed ${this.wish.pick}`
    const patched = await doneAs(client, 200, { method: 'PATCH', path: ITEM_PATH, id, body: { displayName } })
    if (patched !== undefined) await isRead(client, id, { ...router, displayName })
    await doneAs(client, 200, { method: 'DELETE', path: ITEM_PATH, id })
    await refusedAs(client, 404, { method: 'GET', path: ITEM_PATH, id })
  }
}

async function isRead(client: DocumentedClient, id: string, router: Fields): Promise<void> {
  const read = await client.send({ method: 'GET', path: ITEM_PATH, id })
  expect(read.json).toEqual(router)
}

async function isListed(client: DocumentedClient, router: Fields, page_size: number): Promise<void> {
  const found: unknown[] = []
  let page_token = ''
  do {
    const query = { page_size, page_token }
    const page = await doneAs(client, 200, { method: 'GET', path: INWORLD_PATH, query })
    found.push(...((page?.json.routers ?? []) as unknown[]))
    page_token = (page?.json.next_page_token ?? '') as string
  } while (page_token !== '')
  expect(found).toContainEqual(router)
}

/** Refused unless they ask for nothing, as the document says. */
const REFUSED = ['model_selection', 'web_search', 'optimize_prompt', 'tool_calls', 'tool_call_id']
/** The same as others. */
const OLDER = ['max_new_tokens', 'content_items', 'router_id', 'name']

function meantRouter(body: Fields, models: readonly string[], pick: number): Fields {
  const router = changed(body, (name, value) => {
    if (REFUSED.includes(name) || OLDER.includes(name)) return undefined
    if (name === 'model_id') return models[pick % models.length]
    if (name === 'reasoning') return onlyEffort(value as Fields)
    if (name === 'variants') return withPercents(value as Fields[])
    return name === 'logit_bias' ? withDistinct(value as Fields[], 'token_id', String) : value
  })
  const last = changed(router, (name, value) => (name === 'routes' ? withRouteIds(value as Fields[]) : value))
  const hasRoute = ['routes', 'defaultRoute', 'default_route'].some(name => lengthOf(last[name]) > 0)
  const variants = [{ variant: { model_id: models[0] }, weight: 100 }]
  return hasRoute ? last : { ...last, defaultRoute: { variants } }
}

const lengthOf = (value: unknown) => Object.keys(value ?? {}).length

/** All fields, however deep, by their names in snake_case; undefined leaves one out. */
function changed(node: Fields, change: (name: string, value: unknown) => unknown): Fields {
  const inside = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inside)
    return typeof value === 'object' && value !== null ? changed(value as Fields, change) : value
  }
  const entries = Object.entries(node).map(([name, value]) => [name, change(snakeCase(name), inside(value))])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** The first variant takes what the others leave; ids say their places. */
function withPercents(variants: readonly Fields[]): Fields[] {
  const even =
    variants.length === 1 ? 0 : Math.floor(Number(variants[0]?.weight ?? 0) / (variants.length - 1))
  return variants.map((each, index) => ({
    variant: { ...omitted(each.variant as Fields, 'variant_id'), variant_id: `variant-${index}` },
    weight: index === 0 ? 100 - even * (variants.length - 1) : even,
  }))
}

function withRouteIds(routes: readonly Fields[]): Fields[] {
  return routes.map((each, index) => ({
    ...each,
    route: { ...omitted(each.route as Fields, 'route_id'), route_id: `conditional-${index}` },
  }))
}

function withDistinct(items: readonly Fields[], name: string, valueOf: (index: number) => string): Fields[] {
  return items.map((item, index) => ({ ...omitted(item, name), [name]: valueOf(index) }))
}

/** OpenAI's format can say nothing else of it. */
function onlyEffort({ effort }: Fields): Fields {
  return effort === undefined ? {} : { effort }
}

/** Without a field in any spelling. */
function omitted(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([other]) => snakeCase(other) !== name))
}
