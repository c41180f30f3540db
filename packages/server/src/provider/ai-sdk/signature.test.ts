// What a provider wants back travels through the client: the loops of tools with thinking, turn by turn.
import { describe, expect, test } from 'vitest'
import { asArray, asObject } from '../json.ts'
import type { AssistantPart, Prompt, Turn } from '../translation/prompt.ts'
import type { ReplyPart } from '../translation/reply.ts'
import type { JsonObject } from '../wire-format.ts'
import { ask, events, feed, namedEvents, open } from './fixtures/drive.ts'
import { LIBRARY_SIGNATURE, readSignature } from './signature.ts'

const tools = [
  { name: 'check_flight', schema: { type: 'object', properties: { flight: { type: 'string' } } } },
]
const ASKED: Turn = { role: 'user', parts: [{ kind: 'text', text: 'Is AA100 on time?' }] }

function answered(parts: readonly AssistantPart[]): readonly Turn[] {
  const results = parts.flatMap(part =>
    part.kind === 'tool_call'
      ? [
          {
            kind: 'tool_result',
            callId: part.id,
            outcome: 'ok',
            parts: [{ kind: 'text', text: 'delayed' }],
          } as const,
        ]
      : [],
  )
  return [ASKED, { role: 'assistant', parts }, { role: 'user', parts: results }]
}

/** What a client keeps of a stream, as clients of every format here do. */
function kept(parts: readonly ReplyPart[]): readonly AssistantPart[] {
  const held: AssistantPart[] = []
  const last = () => held.at(-1)
  for (const part of parts) {
    const before = last()
    if (part.kind === 'reasoning' && before?.kind === 'reasoning' && before.signature === undefined)
      held.splice(-1, 1, { ...before, text: before.text + part.text })
    else if (part.kind === 'reasoning' || part.kind === 'text')
      held.push({ kind: part.kind, text: part.text })
    else if (part.kind === 'signature' && before?.kind === 'reasoning' && before.signature === undefined)
      held.splice(-1, 1, { ...before, signature: part.signature })
    else if (part.kind === 'signature') held.push({ kind: 'reasoning', text: '', signature: part.signature })
    else if (part.kind === 'call') held.push({ kind: 'tool_call', id: part.id, name: part.name, input: '' })
    else if (part.kind === 'input' && before?.kind === 'tool_call')
      held.splice(-1, 1, { ...before, input: before.input + part.json })
  }
  return held
}

// Gemini API, "Thought signatures": the first of parallel calls carries the signature, and gets it back in its place.
describe('Gemini', () => {
  const MODEL = 'gemini-3-pro-preview'
  const call = (id: string, flight: string) => ({
    functionCall: { id, name: 'check_flight', args: { flight } },
  })
  const answer = [
    { text: 'I should look both up.', thought: true },
    { ...call('c1', 'AA100'), thoughtSignature: '<Sig_A>' },
    call('c2', 'AA200'),
  ]
  const body = { candidates: [{ content: { role: 'model', parts: answer }, finishReason: 'STOP' }] }

  const secondTurn = async (parts: readonly AssistantPart[]) => {
    const asked = await ask(await open({}), MODEL, { tools, turns: answered(parts) })
    asked.call.cancel()
    const contents = asArray(asked.body.contents).map(each => asObject(each))
    return { model: contents[1]?.parts, results: contents[2]?.parts, losses: asked.losses.fields }
  }

  test.each(['whole', 'streamed'] as const)('gets the signature of a %s call back', async how => {
    const prompt: Partial<Prompt> = { tools, turns: [ASKED], stream: how === 'streamed' }
    const asked = await ask(await open({}), MODEL, prompt)
    const heard = await feed(asked.call, how === 'whole' ? [JSON.stringify(body)] : [...events(body), '\n'])
    const parts = heard.replied?.parts ?? kept(heard.parts)
    expect(parts.map(part => part.kind)).toEqual(['reasoning', 'tool_call', 'tool_call'])
    const second = await secondTurn(parts)
    expect(second.model).toEqual(answer)
    expect(second.losses).toEqual([])
    expect(second.results).toMatchObject([
      { functionResponse: { id: 'c1', name: 'check_flight' } },
      { functionResponse: { id: 'c2', name: 'check_flight' } },
    ])
  })

  test('gets what it documents for calls of another model, whose signature is unknown', async () => {
    const second = await secondTurn([
      { kind: 'tool_call', id: 'c1', name: 'check_flight', input: '{"flight":"AA100"}' },
    ])
    expect(second.model).toEqual([
      { ...call('c1', 'AA100'), thoughtSignature: 'skip_thought_signature_validator' },
    ])
  })
})

// xAI, "Reasoning" and "Encrypted reasoning content": an answer that is not stored gives its reasoning along.
test('xAI gets its encrypted reasoning back', async () => {
  const provider = await open({ package: '@ai-sdk/xai' })
  const asked = await ask(provider, 'grok-4', { tools, turns: [ASKED], stream: true })
  const reasoning = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [],
    status: 'completed',
    encrypted_content: 'x3Yz',
  }
  const item = { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'check_flight', arguments: '{}' }
  const heard = await feed(
    asked.call,
    namedEvents(
      { type: 'response.output_item.done', output_index: 0, item: reasoning },
      { type: 'response.output_item.added', output_index: 1, item: { ...item, arguments: '' } },
      { type: 'response.output_item.done', output_index: 1, item },
      {
        type: 'response.completed',
        response: { id: 'r', object: 'response', status: 'completed', output: [], usage: null },
      },
    ),
  )
  const parts = kept(heard.parts)
  expect(parts.map(part => part.kind)).toEqual(['reasoning', 'tool_call'])
  const again = await ask(provider, 'grok-4', { tools, turns: answered(parts) })
  again.call.cancel()
  const sent = { type: 'reasoning', id: 'rs_1', encrypted_content: 'x3Yz' }
  expect(again.body.input).toEqual(expect.arrayContaining([expect.objectContaining(sent)]))
})

// Amazon Bedrock, "ContentBlock" and "ReasoningContentBlock" of Converse.
test("Claude on Bedrock gives and takes the signatures of Anthropic's own API", async () => {
  const provider = await open({
    package: '@ai-sdk/amazon-bedrock',
    options: { region: 'us-east-1', apiKey: 'k' },
  })
  const model = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
  const thought = { reasoningContent: { reasoningText: { text: 'Let me look.', signature: 'EqQBCgIY' } } }
  const content = [
    thought,
    { toolUse: { toolUseId: 'c1', name: 'check_flight', input: { flight: 'AA100' } } },
  ]
  const asked = await ask(provider, model, { tools, turns: [ASKED] })
  const heard = await feed(asked.call, [
    JSON.stringify({
      output: { message: { role: 'assistant', content } },
      stopReason: 'tool_use',
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    }),
  ])
  const parts = heard.replied?.parts ?? []
  expect(parts[0]).toEqual({ kind: 'reasoning', text: 'Let me look.', signature: 'EqQBCgIY' })
  const again = await ask(provider, model, { tools, turns: answered(parts) })
  again.call.cancel()
  expect(asObject(asArray(again.body.messages)[1])?.content).toEqual(content)
})

// Whose signature it is: Anthropic's, nobody's, Gemini's by way of the library, and one that was tampered with.
const GEMINIS = `${LIBRARY_SIGNATURE}{"metadata":{"google":{"thoughtSignature":"s"}}}`
const SIGNATURES = ['EqQB', undefined, GEMINIS, `${LIBRARY_SIGNATURE}x`] as const

test.each(SIGNATURES)(
  'Claude on Bedrock gets no reasoning signed %s but Anthropic’s own',
  async signature => {
    const options = { region: 'us-east-1', apiKey: 'k' }
    const provider = await open({ package: '@ai-sdk/amazon-bedrock', options })
    const thought = { kind: 'reasoning', text: 'Hm.', ...(signature !== undefined && { signature }) } as const
    const turns: readonly Turn[] = [
      ASKED,
      { role: 'assistant', parts: [thought, { kind: 'text', text: 'Yes.' }] },
      ASKED,
    ]
    const asked = await ask(provider, 'anthropic.claude-sonnet-4-5-20250929-v1:0', { turns })
    asked.call.cancel()
    const isOwn = signature === 'EqQB'
    const sent = { reasoningContent: { reasoningText: { text: 'Hm.', signature } } }
    expect(asObject(asArray(asked.body.messages)[1])?.content).toEqual([
      ...(isOwn ? [sent] : []),
      { text: 'Yes.' },
    ])
    expect(asked.losses.fields).toEqual(isOwn ? [] : ['reasoning'])
  },
)

test.each(SIGNATURES)(
  'Gemini gets reasoning signed %s as text, with a signature only of its own',
  async signature => {
    const thought = { kind: 'reasoning', text: 'Hm.', ...(signature !== undefined && { signature }) } as const
    const turns: readonly Turn[] = [
      ASKED,
      { role: 'assistant', parts: [thought, { kind: 'text', text: 'Yes.' }] },
      ASKED,
    ]
    const asked = await ask(await open({}), 'gemini-3-pro-preview', { turns })
    asked.call.cancel()
    expect(asObject(asArray(asked.body.contents)[1])?.parts).toEqual([
      { text: 'Hm.', thought: true, ...(signature === GEMINIS && { thoughtSignature: 's' }) },
      { text: 'Yes.' },
    ])
  },
)

test('a signature that was tampered with holds nothing', () => {
  const bad: readonly (string | undefined)[] = [
    undefined,
    'EqQB',
    LIBRARY_SIGNATURE,
    `${LIBRARY_SIGNATURE}{}`,
    `${LIBRARY_SIGNATURE}{"metadata":5}`,
    `${LIBRARY_SIGNATURE}{"metadata":{"google":"x"}}`,
  ]
  expect(bad.map(readSignature)).toEqual(bad.map(() => undefined))
  const good: JsonObject = { metadata: { google: { thoughtSignature: 's' } }, call: 'c1' }
  expect(readSignature(LIBRARY_SIGNATURE + JSON.stringify(good))).toEqual(good)
})
