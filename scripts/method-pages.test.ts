// Keeps the pages of methods whole and true: their parts, their examples, their pictures, and that none is missing.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as stats from '@weir/core/stats'
import { describe, expect, test } from 'vitest'
import { renderMethodPictures } from './method-pictures.ts'
import { compileAll, examplesOf, outputOf, withOutputs } from './page-examples.ts'

const directory = join(import.meta.dirname, '..', 'docs', 'statistics')
const read = (path: string) => readFileSync(join(directory, path), 'utf8')
const pages = globSync('*.md', { cwd: directory })
  .filter(name => name !== 'README.md' && name !== 'calibration.md')
  .toSorted()

/** What a reader needs to choose a method and to trust it. */
const PARTS: readonly (readonly [part: string, pattern: RegExp])[] = [
  ['when to use it, first of all', /^# .+\n\n\*\*When:\*\* \S/],
  ['an example', /^## Example$/m],
  ['a formula', /^## Formula$/m],
  ['assumptions', /^Assumes /m],
  ['a table of what it was checked against, with sources', /^## Checked against\n(?:.+\n|\n)*?\|.*\|\n\| -/m],
]

/** Where in a source a formula stands. */
const PLACE =
  /\b(?:eq|theorem|proposition|corollary|lemma|section|chapter|algorithm|definition|figure|table|part)s?\b/i

describe.each(pages)('%s', name => {
  const page = read(name)

  test.each(PARTS)('has %s', (_, pattern) => {
    expect(page).toMatch(pattern)
  })

  test('names sources, by year', () => {
    const sources = page.match(/^Source: .+(?:\n.+)*/gm) ?? []
    expect(sources.join('\n')).toMatch(/\((?:1[89]|20)\d\d\)/)
  })

  test('shows pictures that are there', () => {
    const pictures = Array.from(page.matchAll(/!\[.+\]\((.+?)\)/g), match => match[1] as string)
    expect(pictures).not.toEqual([])
    expect(pictures.filter(path => !existsSync(join(directory, path)))).toEqual([])
  })

  test('has examples that print what it shows; if not, run npm run method-pages', () => {
    expect(examplesOf(page)).not.toEqual([])
    expect(page.match(/^```ts$/gm)).toHaveLength(examplesOf(page).length)
    expect(withOutputs(page)).toBe(page)
  })

  test('is linked from the list of pages', () => {
    expect(read('README.md').split('## All pages')[1]).toContain(`](${name})`)
  })
})

describe('pages of methods', () => {
  test('have examples that compile', () => {
    expect(compileAll(pages.flatMap(name => examplesOf(read(name))))).toBe('')
  })

  test('name every function that there is', () => {
    const all = ['README.md', ...pages].map(read).join('\n')
    expect(Object.keys(stats).filter(name => !new RegExp(`\\b${name}\\b`).test(all))).toEqual([])
  })

  test('say of most sources where in them to look', () => {
    const sources = pages.flatMap(name => read(name).match(/^Source: .+(?:\n.+)*/gm) ?? [])
    expect(sources.filter(source => PLACE.test(source)).length / sources.length).toBeGreaterThan(0.6)
  })

  test('show the pictures that the code draws; if not, run npm run method-pages', () => {
    const all = pages.map(read).join('\n')
    for (const [name, svg] of renderMethodPictures()) {
      expect(read(`picture/${name}`)).toBe(svg)
      expect(all).toContain(`(picture/${name})`)
      expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    }
  })
})

describe('an example', () => {
  const page = (code: string, output: string) => `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`text\n${output}\`\`\`\n`
  const code =
    "import { normalQuantile } from '@weir/core/stats'\n\nconsole.log('z', normalQuantile(0.975))\n"

  test('is run, and what it prints is put in the place of what stood there', () => {
    expect(withOutputs(page(code, 'z 2\n'))).toBe(page(code, 'z 1.95996\n'))
    expect(withOutputs(page(code, ''))).toBe(page(code, 'z 1.95996\n'))
  })

  test('prints objects with numbers to six digits', () => {
    expect(outputOf('console.log({ a: 1 / 3, b: [null, 2e-10 / 3] })')).toBe(
      '{ a: 0.333333, b: [ null, 6.66667e-11 ] }\n',
    )
  })

  test('that does not compile is told with the place', () => {
    expect(compileAll([code])).toBe('')
    expect(compileAll([code.replace('0.975', "'.975'")])).toMatch(/example-0\.mts\(3,\d+\): error TS2345/)
  })
})
