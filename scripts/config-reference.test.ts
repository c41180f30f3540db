import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderDocument } from './config-reference.ts'

const committed = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8')

test('the committed reference is what the schema says; if not, run node scripts/config-reference.ts', () => {
  expect(renderDocument(committed)).toBe(committed)
})

test('a document without its marks is refused instead of overwritten', () => {
  expect(() => renderDocument('# Configuration\n')).toThrow('has lost its marks')
})
