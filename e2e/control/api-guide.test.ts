// Runs the commands of docs/api.md in their order, and holds what they answer against what the guide shows.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { REPOSITORY } from '../support/program.ts'
import { ADMIN_TOKEN, startStoreGateway } from './store-gateway.ts'

interface Step {
  readonly command: string
  /** What the last line of the command answers, in part; undefined where the guide shows nothing. */
  readonly shown: unknown
}

const guide = readFileSync(`${REPOSITORY}docs/api.md`, 'utf8')
const steps = readSteps(guide)
const outputs: string[] = []

beforeAll(async () => {
  const { url, controlUrl } = await startStoreGateway()
  const env = { ...process.env, WEIR_URL: url, WEIR_CONTROL_URL: controlUrl, WEIR_TOKEN: ADMIN_TOKEN }
  // One shell for all: later commands use what earlier ones have set.
  const script = steps.map(({ command }, index) => `${command}\necho; echo "--- end of ${index}"\n`).join('')
  outputs.push(...splitOutputs(await runShell(script, env)))
}, 60_000)

describe('the guide', () => {
  test('has commands', () => {
    expect(steps.length).toBeGreaterThan(15)
  })

  test.each(steps.map(({ command, shown }, index) => ({ title: titleOf(command), index, shown })))(
    '$title',
    ({ index, shown }) => {
      expect(lastJson(outputs[index] ?? '')).toEqual(matching(shown))
    },
  )
})

function readSteps(markdown: string): Step[] {
  const blocks = [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, kind, text = '']) => ({
    kind,
    text,
  }))
  return blocks.flatMap(({ kind, text }, index) => {
    const next = blocks[index + 1]
    if (kind !== 'sh') return []
    if (next?.kind !== 'json') throw new Error(`the guide does not show what this answers:\n${text}`)
    return [{ command: text, shown: JSON.parse(next.text) as unknown }]
  })
}

function titleOf(command: string): string {
  const lines = command.trim().split('\n')
  return (lines.findLast(line => /^(api|curl) /.test(line)) ?? command).slice(0, 90)
}

function runShell(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  const shell = spawn('bash', ['-s'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  shell.stdin.end(script)
  let output = ''
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    shell.once('error', reject)
    shell.once('close', () => resolve(output))
  })
}

function splitOutputs(output: string): string[] {
  return output.split(/\n--- end of \d+\n/)
}

/** The last JSON value that was printed: commands print one a line, jq over several lines. */
function lastJson(output: string): unknown {
  const lines = output.trimEnd().split('\n')
  for (let first = lines.length - 1; first >= 0; first--) {
    const text = lines.slice(first).join('\n')
    if (!/^[[{"]/.test(text)) continue
    const value = parse(text) ?? parse(text.slice(text.lastIndexOf('}{') + 1))
    if (value !== undefined) return value
  }
  throw new Error(`no JSON in:\n${output}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The guide shows parts of objects, whole lists, and `...` for what differs each time. */
function matching(shown: unknown): unknown {
  if (typeof shown === 'string' && shown.endsWith('...'))
    return expect.toSatisfy(value => hasForm(shown, value))
  if (typeof shown !== 'object' || shown === null) return shown
  if (Array.isArray(shown)) return shown.map(matching)
  return expect.objectContaining(
    Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, matching(value)])),
  )
}

function hasForm(shown: string, value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && `${value}`.startsWith(shown.slice(0, -3))
}
