import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isScalar, parseDocument, Scalar, stringify } from 'yaml'
import { offsetInSource } from './scalar-offset.ts'

const TYPES = ['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const

function scalarIn(source: string, key: string): Scalar {
  const node = parseDocument(source).get(key, true)
  if (!isScalar(node)) throw new Error(`no scalar in ${source}`)
  return node
}

it.each([
  { written: 'a: tier == 5', index: 8, at: 'a: tier == ' },
  { written: 'a: "tier == 5"', index: 8, at: 'a: "tier == ' },
  { written: "a: 'tier == ''x'''", index: 8, at: "a: 'tier == " },
  { written: "a: 'tier == ''x'' && y'", index: 15, at: "a: 'tier == ''x'' && " },
  { written: 'a: "tier == \\"x\\" && y"', index: 15, at: 'a: "tier == \\"x\\" && ' },
  { written: 'a: |-\n  tier == 5\n  && y', index: 13, at: 'a: |-\n  tier == 5\n  && ' },
  { written: 'a: |- # why\n      tier == 5', index: 8, at: 'a: |- # why\n      tier == ' },
  { written: 'a: >\n  tier ==\n  5\n', index: 8, at: 'a: >\n  tier ==\n  ' },
  { written: 'a: tier ==\n  5', index: 8, at: 'a: tier ==\n  ' },
  { written: 'a: "tier \\\n  == 5"', index: 8, at: 'a: "tier \\\n  == ' },
  { written: 'a: "\\u0074ier == 5"', index: 1, at: 'a: "\\u0074' },
  { written: 'a: tier == # nothing', index: 7, at: 'a: tier ==' },
  { written: 'a: "tier == "', index: 8, at: 'a: "tier ==' },
  { written: 'a: |\n  tier ==\n\n', index: 8, at: 'a: |\n  tier ==' },
  { written: 'a: ""', index: 0, at: 'a: "' },
])('finds character $index of $written', ({ written, index, at }) => {
  expect(offsetInSource(written, scalarIn(written, 'a'), index)).toBe(at.length)
})

it('points at the same character as the value has there, however the text is written', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '"', "'", '\\', ' ', '\n', '=', 'é', '😀', '\t'),
    minLength: 1,
  })
  fc.assert(
    fc.property(text, fc.constantFrom(...TYPES), (value, type) => {
      const node = new Scalar(value)
      node.type = type
      const source = stringify({ before: 1, a: node, after: 2 })
      const scalar = scalarIn(source, 'a')
      const parsed = String(scalar.value)
      for (let index = 0; index < parsed.length; index++) {
        if (/\s/.test(parsed.charAt(index))) continue
        const found = source.charAt(offsetInSource(source, scalar, index))
        const isEscape = found === '\\' && scalar.type === 'QUOTE_DOUBLE'
        if (!isEscape) expect(found).toBe(parsed.charAt(index))
      }
    }),
    { numRuns: 300 },
  )
})
