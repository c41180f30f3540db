import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../result.ts'
import { asymptoticSequence } from './asymptotic/sequence.ts'
import { compareRatesSequentially } from './bounded/rate-difference.ts'
import { checkGuardrail, type GuardrailCheck, type GuardrailOptions } from './guardrail.ts'

function check(effect: number, options: GuardrailOptions, standardError = 0.01): GuardrailCheck {
  const n = { control: 3000, variant: 3000 }
  const result = checkGuardrail(asked => asymptoticSequence({ effect, standardError, n }, asked), options)
  if (result.kind !== 'guardrail') throw new Error(JSON.stringify(result))
  return result
}

describe('a guardrail', () => {
  it.each<[number, GuardrailOptions['better'], GuardrailCheck['verdict']]>([
    [0, 'higher', 'safe'],
    [-0.1, 'higher', 'harmful'],
    [-0.05, 'higher', 'open'],
    [0, 'lower', 'safe'],
    [0.1, 'lower', 'harmful'],
    [0.06, 'lower', 'open'],
    [-0.1, 'lower', 'safe'],
  ])('with effect %d, better %s and a margin of 0.05 is %s', (effect, better, verdict) => {
    expect(check(effect, { margin: 0.05, better }).verdict).toBe(verdict)
  })

  it('mirrors when the better side does, and its verdict is where the bounds lie', () => {
    const effect = fc.double({ min: -0.3, max: 0.3, noNaN: true })
    const margin = fc.double({ min: 0, max: 0.2, noNaN: true })
    fc.assert(
      fc.property(effect, margin, (d, m) => {
        const up = check(d, { margin: m, better: 'higher' })
        expect(check(-d, { margin: m, better: 'lower' }).verdict).toBe(up.verdict)
        expect(up.verdict === 'safe').toBe((up.safe.interval.lower ?? -9) > -m)
        expect(up.verdict === 'harmful').toBe((up.harmful.interval.upper ?? 9) < -m)
      }),
    )
  })

  it('works on exact sequences of rates too', () => {
    const compare = (errors: number) =>
      checkGuardrail(
        options =>
          compareRatesSequentially(
            { kind: 'proportion', n: 2000, successes: 20 },
            { kind: 'proportion', n: 2000, successes: errors },
            options,
          ),
        { margin: 0.02, better: 'lower' },
      )
    expect(compare(150)).toMatchObject({ verdict: 'harmful' })
    expect(compare(18)).toMatchObject({ verdict: 'safe' })
  })

  it('says what the comparison refuses, and names a bad margin', () => {
    const refusal: Result = { kind: 'insufficient', reason: 'too_few_units', needed: 100 }
    expect(checkGuardrail(() => refusal, { margin: 0.1, better: 'higher' })).toBe(refusal)
    expect(checkGuardrail(() => refusal, { margin: -1, better: 'higher' })).toMatchObject({
      argument: 'margin',
    })
  })
})
