import { expect, test } from 'vitest'
import { decide } from './decide.ts'
import { explainDecision } from './explain.ts'
import { activeOf, FREE, type RequestExample, requestOf, withRouters } from './fixtures/example.ts'

const variants = [
  { id: 'large', model: 'p/large', weight: 80 },
  { id: 'small', model: 'p/small', weight: 20 },
  { id: 'spare', model: 'p/spare', priority: 1 },
]
const active = activeOf(
  withRouters({
    r: {
      routes: [
        { id: 'gold', condition: 'tier == "gold"', split: { variants: [{ id: 'best', model: 'p/best' }] } },
        { id: 'sized', condition: 'size > 1', split: { variants: [{ id: 'best', model: 'p/best' }] } },
      ],
      default_route: { split: { variants } },
    },
    bare: {
      routes: [
        { id: 'gold', condition: 'tier == "gold"', split: { variants: [{ id: 'best', model: 'p/best' }] } },
      ],
    },
  }),
)

function explained(example: RequestExample): string[] {
  return explainDecision(decide(active, requestOf(example), FREE)).map(step => `${step.stage}: ${step.text}`)
}

test.each<[string, RequestExample, string[]]>([
  [
    'a split, step by step',
    { metadata: { tier: 'basic', size: 'big' }, units: { user: 'u"1' } },
    [
      'model: router r, revision 7',
      'condition: route gold not taken: tier == "gold" is false',
      expect.stringMatching(/^condition: route sized not taken: size > 1 is false because it failed: \w/),
      'condition: route default is the default route',
      'unit: unit user = "u\\"1"',
      expect.stringMatching(/^bucket: murmur3\("r\.default:u"1"\) falls into bucket \d{1,4} of 0\.\.9999$/),
      expect.stringMatching(
        /^variant: variant (large \(p\/large\), propensity 80|small \(p\/small\), propensity 20) %$/,
      ),
      expect.stringMatching(
        /^plan: call p\/(large|small), on failure p\/spare, on failure p\/(large|small)$/,
      ),
    ],
  ],
  [
    'a condition that matched',
    { metadata: { tier: 'gold' } },
    [
      'model: router r, revision 7',
      'condition: route gold matches: tier == "gold"',
      'unit: unit request = "request-1"',
      expect.stringMatching(/^bucket: /),
      'variant: variant best (p/best), propensity 100 %',
      'plan: call p/best',
    ],
  ],
  [
    'a missing key',
    { model: 'bare' },
    [
      'model: router bare',
      'condition: route gold not taken: tier == "gold" is false because "tier" is missing',
      'condition: no route matched and there is no default route',
    ],
  ],
  [
    'an override',
    { metadata: { tier: 'gold' }, override: 'best' },
    [
      'model: router r, revision 7',
      'condition: route gold matches: tier == "gold"',
      'unit: unit request = "request-1"',
      'override: the variant was forced by x-weir-variant',
      'variant: variant best (p/best), propensity 100 %',
      'plan: call p/best',
    ],
  ],
  [
    'an override that the route does not have',
    { metadata: { tier: 'gold' }, override: 'small' },
    ['override: route gold has no variant "small"'],
  ],
  [
    'state that a provider holds',
    { metadata: { tier: 'gold' }, issuer: { kind: 'known', provider: 'p' } },
    [
      'model: router r, revision 7',
      'condition: route gold matches: tier == "gold"',
      'unit: unit request = "request-1"',
      'state: the request builds on state that p holds; nobody else is called',
      'variant: variant best (p/best), propensity 100 %',
      'plan: call p/best',
    ],
  ],
  [
    'ids that nobody here issued',
    { metadata: { tier: 'gold' }, issuer: { kind: 'unknown' } },
    [
      'model: router r, revision 7',
      'condition: route gold matches: tier == "gold"',
      'unit: unit request = "request-1"',
      expect.stringMatching(/^bucket: /),
      'state: the request builds on an id that nobody here is known to have issued; p has to know it',
      'variant: variant best (p/best), propensity 100 %',
      'plan: call p/best',
    ],
  ],
  [
    'state held elsewhere, and a named model',
    { model: 'p/large', issuer: { kind: 'known', provider: 'q' } },
    [
      'model: the request names the model p/large; nothing is split',
      'state: the request builds on state of another provider than p, which could not be chosen',
      'plan: call p/large',
    ],
  ],
  [
    'a named model',
    { model: 'p/large' },
    ['model: the request names the model p/large; nothing is split', 'plan: call p/large'],
  ],
  [
    'an unknown model',
    { model: 'gpt-5' },
    ['model: "gpt-5" is neither a router nor a model of this gateway'],
  ],
])('explains %s', (_, example, steps) => {
  expect(explained(example)).toEqual(steps)
})
