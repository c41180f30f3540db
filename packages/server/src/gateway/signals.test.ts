import { describe, expect, test } from 'vitest'
import {
  type AnswerFacts,
  addText,
  addToolCall,
  emptyFacts,
  MAX_TOOL_NAMES,
} from '../provider/wire-format.ts'
import { readSignals } from './signals.ts'

interface Said extends Partial<Pick<AnswerFacts, 'finishReason' | 'refusal' | 'otherContent'>> {
  readonly text?: string
  readonly calls?: readonly unknown[]
  readonly asked?: 'json'
}

/** An answer that is over, with what is said of it. */
function answer({ text = '', calls = [], asked, ...facts }: Said): AnswerFacts {
  const all = { ...emptyFacts(asked === 'json' ? 'whole' : 'ends'), finishReason: 'stop', ...facts }
  if (text !== '') addText(all, text)
  for (const name of calls) addToolCall(all, name)
  return all
}

const signals = (said: Said) => readSignals(answer(said), 'ok', 'text')
const DECLINING = 'I’m sorry, but I can’t help with that.'

describe('an answer is empty', () => {
  test.each<[string, Said, boolean]>([
    ['with nothing in it', {}, true],
    ['unless it has text', { text: ' ' }, false],
    ['unless it calls a tool', { calls: ['f'] }, false],
    ['unless there is something else in it', { otherContent: true }, false],
    ['unless the provider says that the model declined', { refusal: true }, false],
    ['unless it is still being made', { finishReason: null }, false],
  ])('%s', (_, said, empty) => {
    expect(signals(said).empty).toBe(empty)
  })

  test.each(['cancelled', 'stream_broken', 'failed', 'refused'] as const)(
    'but not when it was %s',
    outcome => {
      expect(readSignals(answer({}), outcome, 'text').empty).toBe(false)
    },
  )
})

describe('a refusal', () => {
  test.each<[string, Said, 'provider' | 'text' | null]>([
    ['is the provider’s word before that of the text', { text: DECLINING, refusal: true }, 'provider'],
    ['is told by the text', { text: DECLINING }, 'text'],
    ['is not told by other text', { text: 'Paris.' }, null],
    ['is none when a tool is called', { text: DECLINING, calls: ['escalate'] }, null],
  ])('%s', (_, said, by) => {
    expect(signals(said)).toMatchObject({ refusal: by !== null, refusal_by: by })
  })

  test('is the provider’s word alone when the config says so', () => {
    const read = (said: Said) => readSignals(answer(said), 'ok', 'provider')
    expect(read({ text: DECLINING })).toMatchObject({ refusal: false, refusal_by: null })
    expect(read({ refusal: true })).toMatchObject({ refusal: true, refusal_by: 'provider' })
  })

  test('is told of a stream that was cut behind it', () => {
    expect(readSignals(answer({ text: DECLINING }), 'cancelled', 'text').refusal_by).toBe('text')
  })
})

describe('JSON', () => {
  test.each<[string, Said, 'valid' | 'invalid' | null]>([
    ['is valid', { text: '{"a": [1, 2]}' }, 'valid'],
    ['may be any value', { text: ' [] \n' }, 'valid'],
    ['is not what stands in a code block', { text: '```json\n{}\n```' }, 'invalid'],
    ['is not what a limit has cut', { text: '{"a": ', finishReason: 'length' }, 'invalid'],
    ['is not nothing', {}, 'invalid'],
    ['is not words that decline', { text: DECLINING }, 'invalid'],
    ['is not looked for when the provider says that the model declined', { refusal: true }, null],
    ['is not looked for beside a call', { text: 'Let me see.', calls: ['f'] }, null],
    ['is not looked for before the answer is over', { text: '{"a"', finishReason: 'pause' }, null],
    ['is not looked for in what is too long', { text: `"${'x'.repeat(2 ** 20)}"` }, null],
  ])('%s', (_, said, json) => {
    expect(signals({ ...said, asked: 'json' }).json).toBe(json)
  })

  test('is not looked for when nobody asked for it', () => {
    expect(signals({ text: '{}' }).json).toBeNull()
  })

  test.each(['cancelled', 'stream_broken'] as const)('is not looked for when the answer was %s', outcome => {
    expect(readSignals(answer({ text: '{}', asked: 'json' }), outcome, 'text').json).toBeNull()
  })
})

describe('the names of tools', () => {
  test.each<[string, readonly unknown[], readonly string[]]>([
    ['come once each, in order', ['b', 'a', 'b'], ['b', 'a']],
    ['are left out when they are none', ['ok', 'not a name', '', 'x'.repeat(129), 7, undefined], ['ok']],
  ])('%s', (_, calls, names) => {
    expect(signals({ calls })).toMatchObject({ tool_calls: calls.length, tool_names: names })
  })

  test('are not too many', () => {
    const calls = Array.from({ length: 20 }, (_, at) => `tool_${at}`)
    expect(signals({ calls })).toMatchObject({ tool_calls: 20, tool_names: calls.slice(0, MAX_TOOL_NAMES) })
  })
})

test('repetition is that of the text', () => {
  expect(signals({ text: 'the '.repeat(103) }).repetition).toBe(0.99)
  expect(signals({ text: 'Paris.' }).repetition).toBeNull()
})
