import { readFileSync } from 'node:fs'
import { LIBRARY_PACKAGES } from '@weir/core/config'
import { describe, expect, test } from 'vitest'
import { loadConfigText } from '../packages/server/src/snapshot/load.ts'
import { renderProviders } from './provider-reference.ts'

const committed = readFileSync(new URL('../docs/providers.md', import.meta.url), 'utf8')

test('the committed tables are what the data say; if not, run node scripts/provider-reference.ts', () => {
  expect(renderProviders(committed)).toBe(committed)
})

test('a document without its marks is refused instead of overwritten', () => {
  expect(() => renderProviders('# Providers\n')).toThrow('has lost its marks')
})

test.each(LIBRARY_PACKAGES)('%s is explained', name => {
  expect(committed).toContain(`| \`${name}\``)
})

describe('every example can be published', () => {
  const examples = Array.from(committed.matchAll(/^```yaml\n(.*?)^```/gms), match => match[1] as string)

  test.each(examples)('%s', example => {
    const sections = example.startsWith('version:') ? example : `version: 1\n${example}`
    const loaded = loadConfigText(sections, { revision: 1, tables: new Map() })
    expect(loaded).toMatchObject({ kind: 'loaded' })
  })

  test('and there are some', () => {
    expect(examples.length).toBeGreaterThan(3)
  })
})
