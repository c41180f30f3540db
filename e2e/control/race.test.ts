// Two writers change the config at the same time, each from what it has read: whoever comes second is told so, and
// nothing that was acknowledged is ever lost.
import { beforeAll, describe, expect, it } from 'vitest'
import { type ControlCall, callerWith, controlOf, type Fields, listAll } from './control-client.ts'
import { type StoreGateway, startStoreGateway } from './store-gateway.ts'

/** Of each writer. */
const EDITS = 100
/** Each edit reaches the disk; some disks are slow. */
const PATIENCE_MS = 120_000

let gateway: StoreGateway
let control: ControlCall

beforeAll(async () => {
  const split = { variants: [{ id: 'only', model: 'sim/large' }] }
  gateway = await startStoreGateway({
    config: {
      version: 1,
      gateway: { private_networks: 'allow' },
      providers: { sim: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' } },
      models: { 'sim/large': {} },
      routers: { ada: { default_route: { split } }, grace: { default_route: { split } } },
    },
  })
  control = controlOf(gateway)
})

interface Written {
  /** The revisions of its edits, in order. */
  readonly revisions: number[]
  /** Statuses of all its writes. */
  readonly statuses: number[]
}

/** Makes its edits one after the other, each from what it has just read, and again when it came too late. */
async function write(
  writer: ControlCall,
  path: string,
  edit: (item: Fields, index: number) => Fields,
): Promise<Written> {
  const written: Written = { revisions: [], statuses: [] }
  for (let index = 0; index < EDITS; ) {
    const { json, etag } = await writer('GET', path)
    const answer = await writer('PUT', path, { body: edit(json, index), ifMatch: etag })
    written.statuses.push(answer.status)
    if (answer.status === 412) continue
    expect([answer.status, answer.text]).toEqual([200, answer.text])
    written.revisions.push(answer.revision)
    index++
  }
  return written
}

const count = (values: readonly unknown[], wanted: unknown) => values.filter(value => value === wanted).length

const marksOf = (name: string) => Array.from({ length: EDITS }, (_, index) => `x-${name}-${index}`)

describe('two writers who race for one provider', () => {
  const names = ['ada', 'grace']
  let written: Written[]

  beforeAll(async () => {
    const writers = await Promise.all(names.map(name => callerWith(gateway, { name, role: 'editor' })))
    const mark = (name: string) => (item: Fields, index: number) => ({
      ...item,
      headers: { ...(item.headers as Fields | undefined), [`x-${name}-${index}`]: 'edited' },
    })
    written = await Promise.all(
      writers.map((writer, index) => write(writer, '/providers/sim', mark(names[index] ?? ''))),
    )
  }, PATIENCE_MS)

  it('lose no update', async () => {
    const { json } = await control('GET', '/providers/sim')
    const expected = names.flatMap(marksOf)
    expect(Object.keys(json.headers as Fields).toSorted()).toEqual(expected.toSorted())
  })

  it('get a 412 for every conflict, and nothing else', () => {
    const statuses = written.flatMap(({ statuses }) => statuses)
    expect(new Set(statuses)).toEqual(new Set([200, 412]))
    expect(count(statuses, 200)).toBe(2 * EDITS)
  })

  it('make one revision for each edit, each on top of the one before', async () => {
    const revisions = written.flatMap(({ revisions }) => revisions)
    expect(revisions.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 2 * EDITS }, (_, index) => index + 2),
    )
    const listed = (await listAll(control, '/revisions')).filter(({ number }) => number !== 1)
    for (const [index, name] of names.entries()) {
      const own = listed.filter(({ actor }) => actor === name).map(({ number }) => number)
      expect(own.toReversed()).toEqual(written[index]?.revisions)
    }
    for (const { number, changes } of listed)
      expect([number, (changes as string[]).length]).toEqual([number, 1])
  })

  it('are all in the audit log, conflicts too', async () => {
    const records = await listAll(control, '/audit')
    for (const [index, name] of names.entries()) {
      const own = records.filter(({ actor }) => actor === name).toReversed()
      expect(own.map(({ action }) => action)).toEqual(own.map(() => 'PUT /api/v1/providers/sim'))
      expect(own.map(({ status }) => status)).toEqual(written[index]?.statuses)
      const outcomes = own.map(({ status }) => (status === 412 ? 'conflict' : 'done'))
      expect(own.map(({ outcome }) => outcome)).toEqual(outcomes)
      const revisions = own.map(({ revision }) => revision).filter(revision => revision !== null)
      expect(revisions).toEqual(written[index]?.revisions)
    }
  })

  it('did meet', () => {
    for (const { statuses } of written) {
      console.log(`${EDITS} edits, ${count(statuses, 412)} conflicts`)
    }
    expect(
      count(
        written.flatMap(({ statuses }) => statuses),
        412,
      ),
    ).toBeGreaterThan(0)
  })
})

it(
  'writers of different routers are in nobody’s way, and nothing is lost between them',
  async () => {
    const describe = (item: Fields, index: number) => ({ ...item, description: `edit ${index}` })
    const names = ['ada', 'grace']
    const written = await Promise.all(names.map(name => write(control, `/routers/${name}`, describe)))
    expect(new Set(written.flatMap(({ statuses }) => statuses))).toEqual(new Set([200]))
    expect(new Set(written.flatMap(({ revisions }) => revisions)).size).toBe(2 * EDITS)
    for (const name of names) {
      expect((await control('GET', `/routers/${name}`)).json.description).toBe(`edit ${EDITS - 1}`)
    }
  },
  PATIENCE_MS,
)
