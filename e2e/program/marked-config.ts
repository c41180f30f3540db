// Config files for tests of problems: a valid file with parts replaced, and marks (¶) where problems must be pointed at.
import { formatPath } from '@weir/core/config'
import { expect } from 'vitest'
import { loadConfigText } from '../../packages/server/src/snapshot/load.ts'

process.env.WEIR_PROBLEM_KEY = 'wk_config_problems'

export interface Parts {
  readonly head?: string
  readonly provider?: string
  readonly models?: string
  readonly router?: string
  readonly split?: string
  readonly large?: string
  readonly small?: string
  readonly keys?: string
}

/** A valid file, but for what a test puts in place of a part. */
export function configWith(parts: Parts): string {
  return `${parts.head ?? 'version: 1'}
providers:
  sim:
    type: openai
    ${parts.provider ?? 'base_url: http://127.0.0.1:9100/v1'}
models:
  ${parts.models ?? 'sim/large: { price: { input: 2.5, output: 10 } }'}
  sim/small: {}
routers:
  demo:
    ${parts.router ?? 'units: [user, request]'}
    default_route:
      split:
        ${parts.split ?? 'mode: percent'}
        variants:
          - { id: large, ${parts.large ?? 'model: sim/large, weight: 80'} }
          - { ${parts.small ?? 'id: small, model: sim/small, weight: 20'} }
keys:
  ${parts.keys ?? '- { id: demo, secret: { env: WEIR_PROBLEM_KEY } }'}
`
}

/** The marked places, as line and column from 1, and the text without the marks. */
export function readMarks(marked: string): { text: string; places: string[] } {
  const [first = '', ...rest] = marked.split('¶')
  let text = first
  const places = rest.map(part => {
    const lines = text.split('\n')
    text += part
    return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`
  })
  return { text, places }
}

export function problemsOf(text: string): string[] {
  const loaded = loadConfigText(text, { revision: 1, tables: new Map() })
  if (loaded.kind === 'loaded') return []
  return loaded.problems.map(
    ({ line, column, path, message }) => `${line}:${column} ${formatPath(path)}: ${message}`,
  )
}

/** Expects exactly these problems, in file order, at the marks. */
export function expectProblems(marked: string, expected: readonly RegExp[]): void {
  const { text, places } = readMarks(marked)
  const found = problemsOf(text)
  expect(found.map(problem => problem.slice(0, problem.indexOf(' ')))).toEqual(places)
  expected.forEach((pattern, index) => expect(found[index]).toMatch(pattern))
  expect(found).toHaveLength(expected.length)
}

/** Matches a problem's path and its message. */
export const problem = (path: string, message: string) => new RegExp(`^\\d+:\\d+ ${path}: .*${message}`)
