// The rule as a Weir router, decided by the function the gateway calls.
import { compile } from '@weir/core/config'
import { activate, type DecideOptions, type DecisionRequest, decide } from '@weir/core/routing'
import { type Decider, LARGE_SHARE, type Subject } from './decider.ts'

const ROUTER = 'bench'
const OPTIONS: DecideOptions = { key: null, boundRouter: null, defaultProvider: null }

const CONFIG = {
  version: 1,
  providers: { sim: { type: 'openai', base_url: 'http://127.0.0.1:9/v1' } },
  models: { 'sim/large': {}, 'sim/small': {} },
  routers: {
    [ROUTER]: {
      units: ['user', 'request'],
      routes: [
        {
          id: 'premium',
          condition: 'tier == "premium"',
          split: { mode: 'proportional', variants: [{ id: 'large', model: 'sim/large', weight: 1 }] },
        },
      ],
      default_route: {
        split: {
          mode: 'percent',
          variants: [
            { id: 'large', model: 'sim/large', weight: 100 * LARGE_SHARE },
            { id: 'small', model: 'sim/small', weight: 100 - 100 * LARGE_SHARE },
          ],
        },
      },
    },
  },
  keys: [],
}

function activeSnapshot() {
  const compiled = compile(CONFIG, {
    revision: 1,
    tables: new Map(),
    digestOfEnv: () => undefined,
    isEnvSet: () => true,
    hasStoredCredential: () => false,
    isTimeZone: () => true,
    isPackageInstalled: () => true,
  })
  if (compiled.kind === 'refused') throw new Error(`config refused: ${JSON.stringify(compiled.problems)}`)
  return activate(compiled.snapshot)
}

type RequestAttributes = ReturnType<DecisionRequest['attributesFor']>

function attributesOf({ user, tier }: Subject): RequestAttributes {
  return {
    model: ROUTER,
    endpoint: 'chat/completions',
    stream: false,
    has_tools: false,
    has_images: false,
    prompt_tokens_estimate: 100,
    metadata: { tier },
    key: { id: 'bench', tags: [], tenant: undefined },
    headers: {},
    device: { type: undefined, os: undefined, browser: undefined },
    region: undefined,
    now: { hour: 12, weekday: 'monday' },
    unit: { kind: 'user', id: user },
  }
}

function requestOf(subject: Subject): DecisionRequest {
  const attributes = attributesOf(subject)
  return {
    model: ROUTER,
    endpoint: 'chat',
    override: undefined,
    issuer: null,
    attributesFor: () => attributes,
    unit: source => (source === 'user' ? subject.user : undefined),
  }
}

export function weirDecider(subjects: readonly Subject[]): Promise<Decider> {
  const active = activeSnapshot()
  const requests = subjects.map(requestOf)
  return Promise.resolve({
    name: 'weir',
    description: 'decide() of @weir/core/routing: CEL condition, sticky split, plan and trace',
    decide(position) {
      const decided = decide(active, requests[position] as DecisionRequest, OPTIONS)
      return decided.kind === 'decision' ? decided.variant.id : decided.kind
    },
    close() {},
  })
}
