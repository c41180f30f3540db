import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type FakeGatewaySettings, fakeKey, startFakeGateway } from './fixtures/fake-gateway.ts'
import { temporaryDirectory, temporaryFile } from './fixtures/temporary-file.ts'
import type { ReplayReport } from './report.ts'

const program = join(import.meta.dirname, 'fixtures/replay-program.ts')

const trace = '{"messages": [{"role": "user", "content": "a b"}]}\n'.repeat(30)

async function weir(args: readonly string[], whileRunning: (kill: () => void) => void = () => undefined) {
  const child = spawn(process.execPath, [program, 'replay', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  whileRunning(() => child.kill('SIGINT'))
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, code }
}

async function start(settings: FakeGatewaySettings = {}) {
  const fake = await startFakeGateway(settings)
  onTestFinished(() => fake.close())
  return { fake, to: ['--url', String(fake.url), '--key', fakeKey] }
}

describe('weir replay', () => {
  it('prints the report for people on stdout and the progress on stderr, and exits with 0', async () => {
    const { to } = await start()
    const { stdout, stderr, code } = await weir([await temporaryFile(trace), ...to, '--units', '20'])
    expect(stdout).toMatch(/route default[\s\S]*large[\s\S]*small[\s\S]*all 30 requests answered/)
    expect(stderr).toMatch(/^30 of 30 \(100 %\), large \d+, small \d+\n$/m)
    expect(stdout + stderr).not.toContain(String.fromCharCode(27))
    expect(code).toBe(0)
  })

  it('prints data with --json, the request ids among it', async () => {
    const { to } = await start()
    const { stdout, code } = await weir([
      await temporaryFile(trace),
      ...to,
      '--json',
      '--limit',
      '5',
      '--stream-share',
      '1',
    ])
    const report = JSON.parse(stdout) as ReplayReport
    expect(report.request_ids).toHaveLength(5)
    expect(report.requests).toEqual({ sent: 5, answered: 5, failed: 0 })
    expect(code).toBe(0)
  })

  it('writes the request ids to a file instead with --ids', async () => {
    const { to } = await start()
    const ids = join(await temporaryDirectory(), 'ids')
    const { stdout } = await weir([await temporaryFile(trace), ...to, '--json', '--ids', ids])
    expect(JSON.parse(stdout)).not.toHaveProperty('request_ids')
    const written = (await readFile(ids, 'utf8')).trimEnd().split('\n')
    expect(written.sort()).toEqual(Array.from({ length: 30 }, (_, i) => `req-${i}`).sort())
  })

  it('finds the running gateway in the data directory', async () => {
    const { fake } = await start()
    const connection = JSON.stringify({ dataUrl: String(fake.url), key: fakeKey })
    const directory = dirname(await temporaryFile(connection, 'connection.json'))
    expect((await weir([await temporaryFile(trace), '--data-dir', directory])).code).toBe(0)
    expect(fake.sent).toHaveLength(30)
  })

  it('exits with 1 when a request was not answered', async () => {
    const { to } = await start({ behave: (_request, i) => (i === 7 ? 'refuse_429' : 'answer') })
    const { stdout, code } = await weir([await temporaryFile(trace), ...to])
    expect(stdout).toContain('1 x http_429, such as: slow down')
    expect(code).toBe(1)
  })

  it('exits with 130 and the report when it is interrupted', async () => {
    const reached = Promise.withResolvers<void>()
    const { to } = await start({
      behave: (_request, i) => {
        if (i === 9) reached.resolve()
        return i < 5 ? 'answer' : 'hang'
      },
    })
    const args = [await temporaryFile(trace), ...to, '--concurrency', '5']
    const { stdout, code } = await weir(args, kill => void reached.promise.then(kill))
    expect(stdout).toMatch(/10 requests of .* \(interrupted, of 30\)/)
    expect(code).toBe(130)
  })

  it.each([
    ['no trace', [], /missing required argument 'trace'/],
    ['an unknown option', ['TRACE', '--fast'], /unknown option '--fast'/],
    [
      'a bad number',
      ['TRACE', '--speed', '0'],
      /'--speed <factor>' argument '0' is invalid. It must be a number above 0/,
    ],
    ['no gateway', ['TRACE', '--data-dir', '/no/such'], /weir replay: no running gateway: /],
    [
      'no trace of that name',
      ['/no/such/trace', '--url', 'http://127.0.0.1:1', '--key', 'k'],
      /weir replay: ENOENT.*\/no\/such\/trace/,
    ],
    [
      'a gateway that is down',
      ['TRACE', '--url', 'http://127.0.0.1:1', '--key', 'k'],
      /weir replay: no gateway answers/,
    ],
    [
      'a bad line',
      ['BAD', '--url', 'http://127.0.0.1:1', '--key', 'k'],
      /weir replay: .*trace:1: unknown format/,
    ],
    [
      'ids that cannot be written',
      ['TRACE', '--url', 'http://127.0.0.1:1', '--key', 'k', '--ids', '/no/such/ids'],
      /weir replay: ENOENT.*\/no\/such\/ids/,
    ],
  ])('exits with 2 and one line of explanation with %s', async (_what, args, message) => {
    const files = new Map([
      ['TRACE', await temporaryFile(trace)],
      ['BAD', await temporaryFile('nonsense\n')],
    ])
    const { stdout, stderr, code } = await weir(args.map(arg => files.get(arg) ?? arg))
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it('explains itself', async () => {
    const { stdout, code } = await weir(['--help'])
    for (const word of ['--stream-share', '--units', 'Mooncake', 'Exit codes', 'Example'])
      expect(stdout).toContain(word)
    expect(code).toBe(0)
  })
})
