// `weir start` without a config, as a newcomer runs it: what it prints works when pasted into a shell, and the split
// is the one it promises.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { chat } from '../robustness/chat.ts'
import { endWithFile } from '../support/clean-up.ts'
import { readEvents } from '../support/event-files.ts'
import { type Program, startProgram } from '../support/program.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const home = mkdtempSync(join(tmpdir(), 'weir-demo-'))
endWithFile(() => rmSync(home, { recursive: true, force: true }))
const dataDir = join(home, 'data')

interface Demo {
  readonly program: Program
  readonly stdout: string
  readonly connection: { readonly dataUrl: string; readonly key: string }
}

/** Starts the demo and waits until it has printed what it has to say. */
async function startDemo(args: readonly string[] = []): Promise<Demo> {
  const program = startProgram(
    [
      'start',
      '--port',
      '0',
      '--control-port',
      '0',
      '--data-dir',
      dataDir,
      '--workers',
      '1',
      '--sim-speed',
      '1000',
      '--event-store',
      'none',
      ...args,
    ],
    { env: { OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '' } },
  )
  await until('the welcome', () => program.stdout().includes('uniq -c'))
  const connection = JSON.parse(readFileSync(join(dataDir, 'connection.json'), 'utf8')) as Demo['connection']
  return { program, stdout: program.stdout(), connection }
}

const lineWith = (text: string, start: string) => text.split('\n').find(line => line.startsWith(start)) ?? ''
const variantOf = (response: Response) => response.headers.get('x-weir-variant') ?? ''

const demo = await startDemo()
const { dataUrl, key } = demo.connection

async function variants(model: string, users: readonly (string | undefined)[]): Promise<string[]> {
  const found: string[] = []
  for (let from = 0; from < users.length; from += 20) {
    const responses = await Promise.all(
      users
        .slice(from, from + 20)
        .map(user => chat(dataUrl, { model, key, ...(user === undefined ? {} : { user }) })),
    )
    for (const response of responses) {
      expect(response.status).toBe(200)
      await response.text()
      found.push(variantOf(response))
    }
  }
  return found
}

const countOf = (list: readonly string[], value: string) => list.filter(entry => entry === value).length

it('prints the URL, the key and the routers, and writes them down for the owner alone', () => {
  expect(demo.stdout).toContain(`${dataUrl}/v1`)
  expect(demo.stdout).toContain(`key      ${key}`)
  expect(demo.stdout).toMatch(/demo +large 80 \/ small 20, by user, conversation_id, conversation, request/)
  expect(demo.stdout).toMatch(/demo-random +large 80 \/ small 20, by request/)
  expect(key).toMatch(/^wk_/)
  expect(demo.stdout).not.toContain('\u001B[')
  const modeOf = (path: string) => statSync(path).mode & 0o777
  expect(modeOf(join(dataDir, 'connection.json'))).toBe(0o600)
  expect(modeOf(dataDir)).toBe(0o700)
})

it('prints a curl line that works when it is pasted', async () => {
  const { stdout } = await run('sh', ['-c', `${lineWith(demo.stdout, 'curl ')} -s -i`])
  expect(stdout).toMatch(/^HTTP\/1\.1 200 OK/)
  expect(stdout).toMatch(/^x-weir-variant: (large|small)\r?$/m)
  expect(stdout).toMatch(/^x-weir-unit: user\r?$/m)
  expect(stdout).toContain('"object":"chat.completion"')
})

it('prints a loop that shows the split when it is pasted', async () => {
  const loop = lineWith(demo.stdout, 'for i in')
  expect(loop).toContain('seq 50')
  const { stdout } = await run('sh', ['-c', loop.replace('seq 50', 'seq 12')])
  const counts = [...stdout.matchAll(/^ *(\d+) x-weir-variant: (\w+)/gim)].map(match => Number(match[1]))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12)
})

it('splits 200 users 80/20 within chance, and each gets the same variant again', async () => {
  const users = Array.from({ length: 200 }, (_, index) => `user-${index}`)
  const first = await variants('demo', users)
  // 99.9 % of binomial draws lie within 3.29 standard deviations: 160 +- 18.6. The users are fixed, so no luck is left.
  expect(Math.abs(countOf(first, 'large') - 160)).toBeLessThan(18.7)
  expect(await variants('demo', users.toReversed())).toEqual(first.toReversed())
})

it('draws every request anew on demo-random, though all are the same', async () => {
  const drawn = await variants(
    'demo-random',
    Array.from({ length: 200 }, () => undefined),
  )
  // Six standard deviations, 5.66 each: wrong by chance once in 500 million runs.
  expect(Math.abs(countOf(drawn, 'large') - 160)).toBeLessThan(34)
})

it('keeps a conversation without any id on one variant, turn after turn', async () => {
  const openings = ['Tell me of rivers', 'What is a weir?', 'How deep is the sea?', 'Why do salmon leap?']
  for (const opening of openings) {
    const messages = [{ role: 'user', content: opening }]
    const seen = new Set<string>()
    for (let turn = 0; turn < 5; turn++) {
      const response = await fetch(`${dataUrl}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: 'demo', messages }),
      })
      const answer = (await response.json()) as { choices: { message: { role: string; content: string } }[] }
      messages.push(answer.choices[0]?.message ?? { role: 'assistant', content: '' })
      messages.push({ role: 'user', content: `And then, at turn ${turn}?` })
      expect(response.headers.get('x-weir-unit')).toBe('conversation')
      seen.add(variantOf(response))
    }
    expect(seen.size).toBe(1)
  }
})

it('has recorded every request it answered, and keeps its key and its assignments over a restart', async () => {
  const before = readEvents(dataDir)
  expect(new Set(before.map(event => event.request_id)).size).toBe(before.length)
  expect(before.length).toBe(1 + 12 + 400 + 200 + 20)
  const users = Array.from({ length: 40 }, (_, index) => `user-${index}`)
  const assigned = await variants('demo', users)
  demo.program.process.kill('SIGINT')
  expect(await demo.program.ended).toMatchObject({ code: 0, signal: null })
  const again = await startDemo()
  expect(again.connection.key).toBe(key)
  const responses = await Promise.all(users.map(user => chat(again.connection.dataUrl, { user, key })))
  expect(responses.map(variantOf)).toEqual(assigned)
})
