import { describe, expect, test } from 'vitest'
import type { TargetTraits } from '../translation/dialect.ts'
import type { Prompt, Turn } from '../translation/prompt.ts'
import { call, hello, result, weather, writeRequest } from './fixtures/request.ts'
import { EFFORT_BUDGETS } from './messages-thinking.ts'

// What Anthropic takes: guides "Extended thinking", "Adaptive thinking" and "Effort".

describe('reasoning', () => {
  test.each<[Partial<TargetTraits>, Prompt['reasoning'], Partial<Record<string, unknown>>]>([
    [{}, { effort: 'high' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }],
    [{}, { effort: 'minimal' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }],
    [{}, { mode: 'adaptive' }, { thinking: { type: 'adaptive' } }],
    [{}, { mode: 'budget', budget: 3000 }, { thinking: { type: 'enabled', budget_tokens: 3000 } }],
    [{}, { effort: 'none' }, { thinking: { type: 'disabled' } }],
    [{}, { mode: 'off' }, { thinking: { type: 'disabled' } }],
    [
      { reasoning: 'budget', outputLimit: 64_000 },
      { effort: 'high' },
      { thinking: { type: 'enabled', budget_tokens: EFFORT_BUDGETS.high } },
    ],
    [
      { reasoning: 'budget', outputLimit: 64_000 },
      { mode: 'adaptive' },
      { thinking: { type: 'enabled', budget_tokens: EFFORT_BUDGETS.medium } },
    ],
    // A budget has to stay below the answer's limit; an effort leaves half of it.
    [
      { reasoning: 'budget', outputLimit: 8192 },
      { mode: 'budget', budget: 10_000 },
      { thinking: { type: 'enabled', budget_tokens: 8191 } },
    ],
    [
      { reasoning: 'budget', outputLimit: 8192 },
      { effort: 'max' },
      { thinking: { type: 'enabled', budget_tokens: 4096 } },
    ],
    [
      { reasoning: 'budget', outputLimit: 1500 },
      { effort: 'low' },
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
    ],
    [{ reasoning: 'none' }, { effort: 'none' }, {}],
    [{ reasoning: 'none' }, { mode: 'off' }, {}],
  ])('at a target with %j, wished as %j', (target, reasoning, expected) => {
    const { body, losses } = writeRequest({ reasoning }, target)
    const { thinking, output_config } = body
    expect({ thinking, output_config }).toEqual(expected)
    expect(losses).toEqual([])
  })

  test('by a budget is left out where Anthropic would refuse to go on without signed thinking', () => {
    const turns: readonly Turn[] = [
      hello,
      { role: 'assistant', parts: [call] },
      { role: 'user', parts: [result] },
    ]
    const first = writeRequest({ reasoning: { effort: 'low' }, tools: [weather] }, { reasoning: 'budget' })
    const next = writeRequest(
      { turns, reasoning: { effort: 'low' }, tools: [weather] },
      { reasoning: 'budget' },
    )
    expect(first.body.thinking).toBeDefined()
    expect(next.body.thinking).toBeUndefined()
    expect(next.losses).toEqual(['hint reasoning'])
  })
})
