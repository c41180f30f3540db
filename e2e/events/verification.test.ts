// The guide of the README by which a newcomer checks the split: its commands, as they stand there, beside a demo.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { binomialInterval } from '../support/chance.ts'
import { endWithFile } from '../support/clean-up.ts'
import { REPOSITORY, startProgram } from '../support/program.ts'
import { until } from '../support/until.ts'

const section =
  readFileSync(`${REPOSITORY}README.md`, 'utf8').split('\n## Check that it splits\n')[1]?.split('\n## ')[0] ??
  ''
const blocks = (kind: string) =>
  Array.from(section.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms')), ([, text = '']) => text)

/** As a clone of the repository is, with the demo on its data directory. */
const home = mkdtempSync(join(tmpdir(), 'weir-verification-'))
endWithFile(() => rmSync(home, { recursive: true, force: true }))
symlinkSync(`${REPOSITORY}node_modules`, join(home, 'node_modules'))
const ports = ['--port', '0', '--control-port', '0', '--workers', '1', '--sim-speed', '1000']
const program = startProgram(['start', ...ports], {
  cwd: home,
  env: {
    OPENAI_API_KEY: '',
    ANTHROPIC_API_KEY: '',
    WEIR_ADMIN_TOKEN: '',
    WEIR_TOKEN: '',
    WEIR_CONTROL_URL: '',
  },
})
await until('the welcome', () => program.stdout().includes('uniq -c'))

function shell(script: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', WEIR_TOKEN: '', WEIR_CONTROL_URL: '' }
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-s'], {
    cwd: home,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(script)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code =>
      code === 0 ? resolve(output) : reject(new Error(`it ended with ${code}: ${output}`)),
    )
  })
}

/** Tables are padded to the width of their columns. */
const linesOf = (text: string) =>
  text
    .split('\n')
    .map(line => line.trimEnd())
    .filter(line => line !== '')

it('has commands, and shows what each block of them prints', () => {
  expect([blocks('sh').length, blocks('text').length]).toEqual([2, 2])
})

it('prints what it shows', async () => {
  const printed = (await shell(blocks('sh').join('\necho ---\n'))).split('---\n')
  expect(printed.map(linesOf)).toEqual(blocks('text').map(linesOf))
})

it('names the interval that the binomial distribution gives', () => {
  const [low, high] = binomialInterval(50, 0.8, 0.95)
  expect(section).toContain(`between ${low} and ${high}`)
  expect(blocks('text')[0]).toMatch(new RegExp(`^large .* ${low} to ${high}$`, 'm'))
})
