// Targets that keep failing are taken out of plans, probed after a cool-down, and let back in when they answer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, type Caller, callerOf } from '../support/caller.ts'
import { type RunningGateway, startGateway, testKey } from '../support/gateway.ts'
import { type Ledger, openLedger } from '../support/ledger.ts'
import {
  chatChunk,
  openEventStream,
  type Script,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { until } from '../support/until.ts'

interface Case {
  readonly router: string
  readonly failure?: object
  readonly alone?: 'alone'
  readonly timeouts?: object
}

const strict = { consecutive_failures: 3, cooldown: '1h', max_cooldown: '1h' }

const cases: readonly Case[] = [
  { router: 'strict', failure: { ejection: strict } },
  { router: 'strict-too', failure: { ejection: strict } },
  { router: 'invalid', failure: { ejection: strict } },
  { router: 'credential', failure: { ejection: strict } },
  { router: 'one-endpoint', failure: { ejection: strict } },
  { router: 'broken-streams', failure: { ejection: strict } },
  { router: 'alone', failure: { ejection: strict }, alone: 'alone' },
  { router: 'probed', failure: { ejection: { consecutive_failures: 1, cooldown: '300ms' } } },
  { router: 'probed-again', failure: { ejection: { consecutive_failures: 1, cooldown: '1s' } } },
  {
    router: 'ratio',
    failure: {
      ejection: {
        consecutive_failures: 1000,
        failure_ratio: 0.5,
        min_requests: 10,
        window: '1h',
        cooldown: '1h',
        max_cooldown: '1h',
      },
    },
  },
]

type Behaviour = 'ok' | 'down' | 'invalid' | 'unauthorised' | 'break'

/** What each first target does now, by its model's name at the provider, and how often it was called. */
const targets = new Map<string, { behaviour: Behaviour; calls: number; hold?: Promise<void> }>()

let gateway: RunningGateway
let ledger: Ledger
let caller: Caller

/** `strict-too` shares the first target of `strict`: another router, the same target. */
const modelOf = (router: string) => (router === 'strict-too' ? 'strict' : router)

beforeAll(async () => {
  const provider = await startScriptedProvider()
  provider.play(play)
  ledger = openLedger()
  gateway = await startGateway({
    config: {
      version: 1,
      providers: { x: { type: 'openai', base_url: `${provider.url}/v1` } },
      models: {
        ...Object.fromEntries(cases.map(({ router }) => [`x/${modelOf(router)}`, {}])),
        'x/steady': {},
      },
      routers: Object.fromEntries(
        cases.map(({ router, failure, alone }) => {
          const first = {
            id: 'first',
            model: `x/${modelOf(router)}`,
            headers: { 'x-model': modelOf(router) },
          }
          const second = { id: 'second', model: 'x/steady', priority: 1, headers: { 'x-model': 'steady' } }
          const variants = alone === undefined ? [first, second] : [first]
          return [router, { failure: { retries: 0, ...failure }, default_route: { split: { variants } } }]
        }),
      ),
      keys: [testKey],
    },
  })
  caller = callerOf(gateway, ledger)
})

afterAll(() => ledger.check(gateway))

const play: Script = async (request, response) => {
  const target = targetOf(String(request.headers['x-model']))
  target.calls++
  await target.hold
  switch (target.behaviour) {
    case 'ok':
      return response.end('{"choices":[{"message":{"content":"ok"}}]}')
    case 'down':
      return response.writeHead(503).end()
    case 'invalid':
      return response.writeHead(400).end('{"error":{"message":"no"}}')
    case 'unauthorised':
      return response.writeHead(401).end('{"error":{"message":"no"}}')
    case 'break':
      openEventStream(response).write(`data: ${chatChunk('so far')}\n\n`, () => response.destroy())
  }
}

function targetOf(model: string) {
  const target = targets.get(model) ?? { behaviour: 'ok' as Behaviour, calls: 0 }
  targets.set(model, target)
  return target
}

const set = (model: string, behaviour: Behaviour) => Object.assign(targetOf(model), { behaviour })

/** The variants that were tried, in order. */
async function triedBy(answer: Answered): Promise<string[]> {
  return (await gateway.event(answer.id)).attempts.map(attempt => attempt.variant)
}

const tried = async (router: string) => triedBy(await caller.chat(router))

async function ejected(): Promise<string[]> {
  const response = await fetch(`${gateway.url}/healthz`)
  return ((await response.json()) as { ejected: string[] }).ejected
}

describe('a target that fails', () => {
  it('is tried until it has failed often enough in a row, then passed by, on every router', async () => {
    set('strict', 'down')
    for (let i = 0; i < 3; i++) expect(await tried('strict')).toEqual(['first', 'second'])
    expect(await ejected()).toContain('x/strict chat')
    const answer = await caller.chat('strict')
    expect(await gateway.event(answer.id)).toMatchObject({ assigned: 'first', served: 'second' })
    expect(await triedBy(answer)).toEqual(['second'])
    expect(await tried('strict-too')).toEqual(['second'])
    expect(targetOf('strict').calls).toBe(3)
  })

  it('now and then is ejected by the share of its failures', async () => {
    for (let i = 0; i < 10; i++) {
      set('ratio', i % 2 === 0 ? 'ok' : 'down')
      await caller.chat('ratio')
    }
    expect(await tried('ratio')).toEqual(['second'])
  })

  it('over the client’s own mistakes stays in', async () => {
    set('invalid', 'invalid')
    for (let i = 0; i < 8; i++) expect((await caller.chat('invalid')).status).toBe(400)
    expect(targetOf('invalid').calls).toBe(8)
    expect(await ejected()).not.toContain('x/invalid chat')
  })

  it('at one endpoint keeps its place at the others', async () => {
    set('one-endpoint', 'down')
    const body = { model: 'one-endpoint', input: 'Hello' }
    for (let i = 0; i < 3; i++) await caller.post('/v1/embeddings', body)
    expect(await ejected()).toContain('x/one-endpoint embeddings')
    set('one-endpoint', 'ok')
    expect(await tried('one-endpoint')).toEqual(['first'])
  })

  it('over the gateway’s credential is out at once', async () => {
    set('credential', 'unauthorised')
    expect(await tried('credential')).toEqual(['first', 'second'])
    expect(await tried('credential')).toEqual(['second'])
    expect(await ejected()).toContain('x/credential chat')
  })

  it('in the middle of its streams is ejected as well', async () => {
    set('broken-streams', 'break')
    for (let i = 0; i < 3; i++) {
      const answer = await caller.chat('broken-streams', { stream: true })
      expect(await gateway.event(answer.id)).toMatchObject({ outcome: 'stream_broken' })
    }
    expect(await tried('broken-streams')).toEqual(['second'])
  })
})

describe('when every target of a plan is out', () => {
  it('the plan is walked all the same, and a target that answers is back in', async () => {
    set('alone', 'down')
    for (let i = 0; i < 5; i++) expect((await caller.chat('alone')).status).toBe(503)
    expect(targetOf('alone').calls).toBe(5)
    expect(await ejected()).toContain('x/alone chat')
    set('alone', 'ok')
    expect((await caller.chat('alone')).status).toBe(200)
    expect(await ejected()).not.toContain('x/alone chat')
  })
})

describe('after the cool-down', () => {
  /** Sends requests until one of them calls the first target again. */
  async function untilProbed(router: string): Promise<Answered> {
    for (;;) {
      const answer = await caller.chat(router)
      if ((await triedBy(answer))[0] === 'first') return answer
    }
  }

  it('one request probes the target while the others pass it by; its answer lets the target in', async () => {
    set('probed', 'down')
    await caller.chat('probed')
    set('probed', 'ok')
    const target = targetOf('probed')
    let release = () => {}
    target.hold = new Promise(resolve => {
      release = resolve
    })
    const before = target.calls
    const pending: Promise<Answered>[] = []
    // Each is answered by the second target, but for the one that has become the probe and is held.
    await until('the probe', () => {
      pending.push(caller.chat('probed'))
      return target.calls > before
    })
    for (let i = 0; i < 5; i++) expect(await tried('probed')).toEqual(['second'])
    expect(target.calls).toBe(before + 1)
    release()
    await Promise.all(pending)
    for (let i = 0; i < 5; i++) expect(await tried('probed')).toEqual(['first'])
  })

  it('a probe that fails keeps the target out, and its request falls back like any other', async () => {
    set('probed-again', 'down')
    await caller.chat('probed-again')
    const probe = await untilProbed('probed-again')
    expect(probe.status).toBe(200)
    expect(await triedBy(probe)).toEqual(['first', 'second'])
    expect(await tried('probed-again')).toEqual(['second'])
    set('probed-again', 'ok')
    expect(await triedBy(await untilProbed('probed-again'))).toEqual(['first'])
  })
})
