import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import examples from './fixtures/refusal-examples.json' with { type: 'json' }
import { isRefusal, REFUSAL_OPENING } from './refusal.ts'

const DOCUMENT = new URL('../../../../docs/signals.md', import.meta.url)

interface Part {
  readonly refusals: readonly string[]
  readonly answers: readonly string[]
}

/** Wilson's score interval of `hits` of `of`, 95 %: Wilson, "Probable Inference" (1927). */
function wilson(hits: number, of: number): readonly [number, number] {
  const z = 1.959963984540054
  const centre = (hits + (z * z) / 2) / (of + z * z)
  const half = (z / (of + z * z)) * Math.sqrt((hits * (of - hits)) / of + (z * z) / 4)
  return [centre - half, centre + half]
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

function share(hits: number, of: number): string {
  const [low, high] = wilson(hits, of)
  return `${hits} of ${of}, ${percent(hits / of)} (${percent(low)} to ${percent(high)})`
}

/** A row of the table in the documentation. */
function measure(name: string, { refusals, answers }: Part): readonly string[] {
  const found = refusals.filter(isRefusal).length
  const accused = answers.filter(isRefusal).length
  return [
    name,
    `${refusals.length} and ${answers.length}`,
    share(found, found + accused),
    share(found, refusals.length),
  ]
}

test('Wilson’s interval is that of a published example: 81 of 263 (Newcombe 1998, table I)', () => {
  expect(wilson(81, 263).map(bound => bound.toFixed(4))).toEqual(['0.2553', '0.3662'])
})

test('the documentation gives the precision and recall that the labelled examples do', () => {
  const rows = readFileSync(DOCUMENT, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line =>
      line
        .split('|')
        .map(cell => cell.trim())
        .slice(1, -1),
    )
  expect(rows).toContainEqual(measure('development', examples.development))
  expect(rows).toContainEqual(measure('held out', examples.heldOut))
})

test('the examples are as many as the documentation promises, and none is in both parts', () => {
  const { development, heldOut } = examples
  const parts = [development, heldOut].map(({ refusals, answers }) => [...refusals, ...answers])
  for (const part of parts) expect(part.length).toBeGreaterThanOrEqual(100)
  expect(new Set(parts.flat()).size).toBe(parts.flat().length)
})

describe('a refusal is seen', () => {
  test.each([
    ['by a typographic apostrophe', 'I’m sorry, but I can’t help with that.'],
    ['behind markup', '**I’m unable to assist with this request.**'],
    ['behind an apology', 'I apologize, but I cannot provide that information.'],
    ['behind thanks', 'Thank you for asking! Unfortunately, I am not able to share customer data.'],
    ['behind a disclosure', 'As an AI language model, I cannot generate such content.'],
    ['with the offer of something else', "I can't write that, but I can help you with a safer version."],
    ['for want of an ability', "I can't open links or attachments."],
    ['that goes by rules', 'This request violates the content policy.'],
  ])('%s', (_, text) => {
    expect(isRefusal(text)).toBe(true)
  })
})

describe('no refusal is', () => {
  test.each([
    ['praise', "I can't recommend this highly enough!"],
    ['an apology', 'Sorry for the delay, here is the report.'],
    ['a quotation', '"I can\'t help you," he said, and left.'],
    ['a quotation that goes on beyond what is looked at', `“I can't help you. ${'And so on. '.repeat(50)}`],
    ['a stage direction', "*sighs* I can't help you, traveller."],
    ['a line of a script', "Guard: I can't help you."],
    ['code', "```python\nprint('I cannot help with that.')\n```"],
    ['inline code', 'Log `I cannot help with that` and return.'],
    ['JSON', '{"answer": "I cannot help with that."}'],
    ['a caveat before the answer', "I can't give legal advice, but here is how the process works."],
    ['a fact about something else', 'You cannot help a crystal grow faster than it does.'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(isRefusal(text)).toBe(false)
  })

  test('what comes late', () => {
    const late = `${'The first part of the answer. '.repeat(20)}I can't help with that.`
    expect(late.indexOf('I can')).toBeGreaterThan(REFUSAL_OPENING)
    expect(isRefusal(late)).toBe(false)
  })
})

test('looks at nothing beyond the opening', () => {
  const opening = 'I cannot help with that. '.padEnd(REFUSAL_OPENING, 'and so on ')
  expect(isRefusal(opening)).toBe(isRefusal(`${opening}, but here is the answer`))
})
