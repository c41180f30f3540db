import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyPart, somePrompt } from '../translation/arbitrary.ts'
import { Losses } from '../translation/loss.ts'
import type { AssistantPart, Prompt, Turn, UserPart } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { writeCall } from './call-options.ts'
import { LEAST_PROMPT } from './fixtures/drive.ts'
import { PACKAGES } from './packages.ts'

const URLS: Readonly<Record<string, Readonly<Record<string, readonly RegExp[]>>>> = {
  '@ai-sdk/google': {
    '*': [/^https:\/\/youtu\.be\//],
    'image/png': [/^https:/],
    'application/pdf': [/^https:/],
  },
  '@ai-sdk/groq': { 'image/*': [/^https?:/] },
}

function write(name: string, prompt: Partial<Prompt>, options: JsonObject = {}, model = 'm') {
  const traits = PACKAGES[`@ai-sdk/${name}`]?.traits
  if (traits === undefined) throw new Error(`no package ${name}`)
  const losses = new Losses()
  const supportedUrls = URLS[`@ai-sdk/${name}`] ?? {}
  const call = writeCall({ ...LEAST_PROMPT, ...prompt }, options, { model, traits, supportedUrls, losses })
  return { call, lost: losses.list.map(loss => `${loss.weight} ${loss.field}`) }
}

const user = (...parts: UserPart[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: AssistantPart[]): Turn => ({ role: 'assistant', parts })
const CALL = { kind: 'tool_call', id: 'c1', name: 'add', input: '{"a":1}' } as const
const TOOL = { name: 'add', schema: { type: 'object', properties: {} } }
const image = (url: string) => ({ kind: 'image', source: { kind: 'url', url } }) as const
const PNG = { kind: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' } } as const
const PDF = {
  kind: 'document',
  source: { kind: 'data', mediaType: 'application/pdf', data: 'AAAA' },
} as const

test('every setting of the shared interface is said', () => {
  const { call, lost } = write('google', {
    sampling: { temperature: 0.5, topP: 0.9, topK: 40, seed: 7, frequencyPenalty: 1, presencePenalty: -1 },
    stop: ['END'],
    maxTokens: 100,
    tools: [{ ...TOOL, description: 'Adds', strict: true }],
    toolChoice: { kind: 'named', name: 'add' },
    format: { kind: 'schema', name: 'sum', description: 'A sum', schema: { type: 'object' } },
    reasoning: { effort: 'high' },
  })
  expect(lost).toEqual([])
  expect(call).toEqual({
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    maxOutputTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    frequencyPenalty: 1,
    presencePenalty: -1,
    stopSequences: ['END'],
    tools: [{ type: 'function', name: 'add', inputSchema: TOOL.schema, description: 'Adds', strict: true }],
    toolChoice: { type: 'tool', toolName: 'add' },
    responseFormat: { type: 'json', schema: { type: 'object' }, name: 'sum', description: 'A sum' },
    reasoning: 'high',
    providerOptions: { google: { thinkingConfig: { includeThoughts: true } } },
  })
})

test('a conversation with a tool becomes messages, results by the name of their tool', () => {
  const { call, lost } = write('groq', {
    system: [{ kind: 'text', text: 'Be brief.' }],
    turns: [
      user({ kind: 'text', text: '1+1?' }),
      assistant({ kind: 'reasoning', text: 'hm' }, CALL, { kind: 'refusal', text: 'no' }),
      user(
        { kind: 'tool_result', callId: 'c1', outcome: 'ok', parts: [{ kind: 'text', text: '2' }] },
        { kind: 'text', text: 'and?' },
      ),
      { role: 'instruction', parts: [{ kind: 'text', text: 'In French.' }] },
    ],
  })
  expect(lost).toEqual([])
  expect(call.prompt).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: '1+1?' }] },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'hm' },
        { type: 'tool-call', toolCallId: 'c1', toolName: 'add', input: { a: 1 } },
        { type: 'text', text: 'no' },
      ],
    },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'c1', toolName: 'add', output: { type: 'text', value: '2' } },
      ],
    },
    { role: 'user', content: [{ type: 'text', text: 'and?' }] },
    { role: 'system', content: 'In French.' },
  ])
})

type Row = readonly [what: string, name: string, prompt: Partial<Prompt>, lost: readonly string[]]
const budget = { mode: 'budget', budget: 2000 } as const
const rows: readonly Row[] = [
  ['a top_k', 'azure', { sampling: { topK: 5 } }, ['demand top_k']],
  [
    'penalties',
    'xai',
    { sampling: { frequencyPenalty: 1, presencePenalty: 1 } },
    ['demand frequency_penalty', 'demand presence_penalty'],
  ],
  ['penalties of 0, which is none', 'xai', { sampling: { frequencyPenalty: 0 } }, []],
  ['stop sequences', 'xai', { stop: ['END'] }, ['demand stop']],
  ['a seed', 'amazon-bedrock', { sampling: { seed: 1 } }, ['demand seed']],
  ['a temperature above 1', 'amazon-bedrock', { sampling: { temperature: 1.5 } }, ['demand temperature']],
  ['one call at a time', 'google', { tools: [TOOL], calls: 'one' }, ['demand parallel_tool_calls']],
  ['one call at a time without tools', 'google', { calls: 'one' }, []],
  ['a user', 'google', { user: 'u1' }, ['hint user']],
  [
    'an instruction between turns',
    'google',
    { turns: [{ role: 'instruction', parts: [{ kind: 'text', text: 'Now' }] }] },
    ['hint system'],
  ],
  ['a strict tool', 'cohere', { tools: [{ ...TOOL, strict: true }] }, ['hint strict']],
  [
    'a cache mark',
    'groq',
    { system: [{ kind: 'text', text: 'x', cacheControl: { type: 'ephemeral' } }] },
    ['hint cache_control'],
  ],
  [
    'a cache mark on a tool',
    'amazon-bedrock',
    { tools: [{ ...TOOL, cacheControl: { type: 'ephemeral' } }] },
    ['hint cache_control'],
  ],
  [
    'an image by id',
    'google',
    { turns: [user({ kind: 'image', source: { kind: 'file', id: 'f' } })] },
    ['demand image'],
  ],
  [
    'an image URL it does not fetch',
    'amazon-bedrock',
    { turns: [user(image('https://x.io/a.png'))] },
    ['demand image'],
  ],
  [
    'an image URL without a type, which the API must be told',
    'google',
    { turns: [user(image('https://x.io/a'))] },
    ['demand image'],
  ],
  ['an image URL without a type, where any will do', 'groq', { turns: [user(image('https://x.io/a'))] }, []],
  ['a closer look at an image', 'groq', { turns: [user({ ...PNG, detail: 'high' })] }, ['hint detail']],
  ['a PDF', 'groq', { turns: [user(PDF)] }, ['demand document']],
  [
    'a PDF by URL',
    'google',
    { turns: [user({ kind: 'document', source: { kind: 'url', url: 'https://x.io/a.pdf' } })] },
    [],
  ],
  [
    'a document by id',
    'google',
    { turns: [user({ kind: 'document', source: { kind: 'file', id: 'f' } })] },
    ['demand document'],
  ],
  [
    'a text document',
    'azure',
    { turns: [user({ kind: 'document', source: { kind: 'text', text: 'x' } })] },
    ['demand document'],
  ],
  [
    'a result of no call',
    'google',
    { turns: [user({ kind: 'tool_result', callId: 'c9', outcome: 'ok', parts: [] })] },
    ['demand tool_result'],
  ],
  [
    'an image in a result',
    'mistral',
    { turns: [assistant(CALL), user({ kind: 'tool_result', callId: 'c1', outcome: 'ok', parts: [PNG] })] },
    ['demand image'],
  ],
  [
    'an image URL in a result, which some packages would download',
    'google',
    {
      turns: [
        assistant(CALL),
        user({ kind: 'tool_result', callId: 'c1', outcome: 'ok', parts: [image('https://x.io/a.png')] }),
      ],
    },
    ['demand image'],
  ],
  [
    'a result that failed',
    'groq',
    { turns: [assistant(CALL), user({ kind: 'tool_result', callId: 'c1', outcome: 'error', parts: [] })] },
    ['hint is_error'],
  ],
  [
    'a result that failed, to one that knows',
    'google',
    { turns: [assistant(CALL), user({ kind: 'tool_result', callId: 'c1', outcome: 'error', parts: [] })] },
    [],
  ],
  [
    'input that is no JSON object',
    'google',
    { turns: [assistant({ ...CALL, input: '{"a":' })] },
    ['demand tool_calls'],
  ],
  [
    'earlier reasoning',
    'azure',
    { turns: [assistant({ kind: 'reasoning', text: 'hm' })] },
    ['hint reasoning'],
  ],
  [
    'earlier reasoning that is unsigned',
    'xai',
    { turns: [assistant({ kind: 'reasoning', text: 'hm' })] },
    ['hint reasoning'],
  ],
  [
    'redacted reasoning',
    'google',
    { turns: [assistant({ kind: 'redacted', data: 'x' })] },
    ['hint reasoning'],
  ],
  ['text beside a call', 'cohere', { turns: [assistant({ kind: 'text', text: 'so' }, CALL)] }, ['hint text']],
]

test.each(rows)('%s for %s is told as lost, or not', (_what, name, prompt, lost) => {
  expect(write(name, prompt).lost).toEqual(lost)
})

describe('options of its own', () => {
  test.each([
    [
      'google',
      { reasoning: budget },
      { google: { thinkingConfig: { thinkingBudget: 2000, includeThoughts: true } } },
    ],
    [
      'google-vertex',
      { reasoning: budget },
      { googleVertex: { thinkingConfig: { thinkingBudget: 2000, includeThoughts: true } } },
    ],
    ['cohere', { reasoning: budget }, { cohere: { thinking: { type: 'enabled', tokenBudget: 2000 } } }],
    [
      'amazon-bedrock',
      { reasoning: budget },
      { amazonBedrock: { reasoningConfig: { type: 'enabled', budgetTokens: 2000 } } },
    ],
    ['azure', { user: 'u1' }, { openai: { user: 'u1' } }],
    ['mistral', { tools: [TOOL], calls: 'one' }, { mistral: { parallelToolCalls: false } }],
    [
      'groq',
      { format: { kind: 'schema', schema: {}, strict: false } },
      { groq: { strictJsonSchema: false } },
    ],
    ['xai', {}, { xai: { store: false } }],
  ] as const)('%s says %o by %o', (name, prompt, providerOptions) => {
    const { call, lost } = write(name, prompt)
    expect({ lost, options: call.providerOptions }).toEqual({ lost: [], options: providerOptions })
  })

  test('provider_options win over what the prompt asks for', () => {
    const { call } = write('xai', { user: 'u1' }, { xai: { store: true, maxTurns: 2 }, other: { a: 1 } })
    expect(call.providerOptions).toEqual({ xai: { store: true, user: 'u1', maxTurns: 2 }, other: { a: 1 } })
  })

  test('an image says how closely to look, and a text where the cache may end', () => {
    const looked = write('azure', { turns: [user({ ...PNG, detail: 'low' })] }).call.prompt
    expect(looked[0]).toMatchObject({ content: [{ providerOptions: { openai: { imageDetail: 'low' } } }] })
    const text = { kind: 'text', text: 'x', cacheControl: { type: 'ephemeral', ttl: '1h' } } as const
    const cached = write('amazon-bedrock', { system: [text] }).call.prompt
    expect(cached[0]).toMatchObject({
      providerOptions: { amazonBedrock: { cachePoint: { type: 'default', ttl: '1h' } } },
    })
  })
})

describe('reasoning', () => {
  test.each([
    [{ mode: 'off' }, 'none'],
    [{ effort: 'none' }, 'none'],
    [{ effort: 'xhigh' }, 'xhigh'],
    [{ mode: 'adaptive' }, undefined],
    [{ mode: 'budget', budget: 1024 }, 'low'],
    [{ mode: 'budget', budget: 10_000 }, 'medium'],
    [{ mode: 'budget', budget: 50_000 }, 'high'],
  ] as const)('%o is said to Groq as the effort %s', (reasoning, effort) => {
    expect(write('groq', { reasoning }).call.reasoning).toBe(effort)
  })

  test('a budget that the package adds to the longest answer is taken off it first', () => {
    expect(write('amazon-bedrock', { reasoning: budget, maxTokens: 5000 }).call.maxOutputTokens).toBe(3000)
    expect(write('google', { reasoning: budget, maxTokens: 5000 }).call.maxOutputTokens).toBe(5000)
  })

  test("a signature of Anthropic's own API goes to Claude on Bedrock, and to no other model", () => {
    const turns = [assistant({ kind: 'reasoning', text: 'hm', signature: 'EqQB' })]
    const claude = write('amazon-bedrock', { turns }, {}, 'us.anthropic.claude-sonnet-4-5-v1:0')
    const part = { type: 'reasoning', text: 'hm', providerOptions: { amazonBedrock: { signature: 'EqQB' } } }
    expect(claude).toMatchObject({ call: { prompt: [{ content: [part] }] }, lost: [] })
    const nova = write('amazon-bedrock', { turns }, {}, 'amazon.nova-pro-v1:0')
    expect(nova).toMatchObject({ call: { prompt: [] }, lost: ['hint reasoning'] })
  })
})

test('any prompt can be written for any package, and what is lost has a name', () => {
  const names = Object.keys(PACKAGES).map(name => name.slice('@ai-sdk/'.length))
  fc.assert(
    fc.property(somePrompt(anyPart), fc.constantFrom(...names), (prompt, name) => {
      const { call, lost } = write(name, prompt)
      expect(JSON.parse(JSON.stringify(call))).toBeTypeOf('object')
      expect(lost.every(loss => /^(demand|hint) [a-z_]+$/.test(loss))).toBe(true)
      const texts = prompt.turns.flatMap(turn =>
        turn.role === 'user' ? turn.parts.flatMap(part => (part.kind === 'text' ? [part.text] : [])) : [],
      )
      const said = call.prompt.flatMap(message =>
        message.role === 'user'
          ? message.content.flatMap(part => (part.type === 'text' ? [part.text] : []))
          : [],
      )
      expect(said.filter(text => texts.includes(text)).length).toBeGreaterThanOrEqual(texts.length)
    }),
  )
})
