// TypeScript examples of the pages in docs/statistics, each followed by what it prints.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { compileFunction } from 'node:vm'
import { transformSync } from '@swc/core'
import * as stats from '@weir/core/stats'

const ROOT = join(import.meta.dirname, '..')
const EXAMPLE = /^```ts\n(.*?)^```\n\n```text\n(.*?)^```$/gms
const IMPORT = /^import \{([^}]*)\} from '@weir\/core\/stats';$/m

/** The code of every example of a page. */
export function examplesOf(page: string): readonly string[] {
  return Array.from(page.matchAll(EXAMPLE), match => match[1] ?? '')
}

/** The page with what its examples print now. */
export function withOutputs(page: string): string {
  return page.replace(
    EXAMPLE,
    (_, code: string) => `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`text\n${outputOf(code)}\`\`\``,
  )
}

/** What the code prints; numbers to six digits, so that the last bits of a machine's logarithm do not show. */
export function outputOf(code: string): string {
  const lines: string[] = []
  const script = withoutTypes(code).replace(IMPORT, 'const {$1} = stats')
  const print = (...values: readonly unknown[]) => lines.push(`${values.map(show).join(' ')}\n`)
  const run = compileFunction(script, ['stats', 'console']) as (from: typeof stats, to: object) => void
  run(stats, { log: print })
  return lines.join('')
}

function withoutTypes(code: string): string {
  return transformSync(code, { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, swcrc: false })
    .code
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : inspect(rounded(value), { depth: null, breakLength: 100 })
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(6))
  if (Array.isArray(value)) return value.map(rounded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rounded(each)]))
}

/** What the compiler says of examples, as it says it of the repository's own code; empty when nothing is wrong. */
export function compileAll(codes: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'weir-examples-'))
  const paths = { '@weir/core/stats': [join(ROOT, 'packages/core/src/stats/index.ts')] }
  const options = { paths, types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], lib: ['ES2024'] }
  const config = { extends: join(ROOT, 'tsconfig.base.json'), compilerOptions: options, include: ['*.mts'] }
  try {
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config))
    codes.forEach((code, i) => writeFileSync(join(directory, `example-${i}.mts`), code))
    return spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', directory], { encoding: 'utf8' }).stdout
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
