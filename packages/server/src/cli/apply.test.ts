// What `weir apply` does when others publish between its look and its change: against a control plane of a script.
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { registerApply } from './apply.ts'

interface Reply {
  readonly status?: number
  readonly etag?: string
  readonly body: object
}

const preview = (revision: number, changes: string[], absent: string[] = []): Reply => ({
  etag: `"r${revision}"`,
  body: { preview: true, revision, changes, absent, moves: [], warnings: [] },
})
const late: Reply = {
  status: 412,
  body: { code: 'precondition_failed', detail: 'revision 8 is in force by now' },
}
const published = (revision: number): Reply => ({ body: { outcome: 'published', revision } })

const CHANGE = ['key app: added']

let printed: { stdout: string; stderr: string }
beforeEach(() => {
  printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation(text => {
      printed[name] += String(text)
      return true
    })
  }
  vi.stubEnv('WEIR_TOKEN', 'wat_test')
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  process.exitCode = undefined
})

/** Runs the command; returns the preconditions it sent: `*` where it only looked. */
async function apply(replies: readonly Reply[]) {
  const preconditions: (string | undefined)[] = []
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      preconditions.push(request.headers['if-match'])
      const reply = replies[preconditions.length - 1] ?? { status: 500, body: {} }
      response.writeHead(reply.status ?? 200, {
        'content-type': 'application/json',
        ...(reply.etag !== undefined && { etag: reply.etag }),
      })
      response.end(JSON.stringify(reply.body))
    })
  })
  const home = mkdtempSync(join(tmpdir(), 'weir-apply-'))
  const file = join(home, 'weir.yaml')
  writeFileSync(file, 'version: 1\n')
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const program = new Command()
    registerApply(program)
    const place = ['--control-url', `http://127.0.0.1:${port}`, '--data-dir', home]
    await program.parseAsync(['apply', file, ...place], { from: 'user' })
  } finally {
    server.closeAllConnections()
    server.close()
    rmSync(home, { recursive: true })
  }
  return { preconditions, code: Number(process.exitCode ?? 0), ...printed }
}

test('publishes over the revision that it was compared with', async () => {
  const { preconditions, code, stdout } = await apply([preview(7, CHANGE), published(8)])
  expect(preconditions).toEqual(['*', '"r7"'])
  expect(code).toBe(0)
  expect(stdout).toBe('  + key app: added\n\nPublished revision 8.\n')
})

test('goes on over a newer revision when it would still do what it has printed', async () => {
  const replies = [preview(7, CHANGE), late, preview(8, CHANGE, ['router new']), late, preview(9, CHANGE)]
  const { preconditions, code, stdout } = await apply([...replies, published(10)])
  expect(preconditions).toEqual(['*', '"r7"', '*', '"r8"', '*', '"r9"'])
  expect(code).toBe(0)
  expect(stdout).toContain('Published revision 10.')
})

test('publishes nothing when it would do something else by now', async () => {
  const other = ['key app: tenant "a" -> "b"']
  const { preconditions, code, stderr } = await apply([preview(7, CHANGE), late, preview(8, other)])
  expect(preconditions).toEqual(['*', '"r7"', '*'])
  expect(code).toBe(1)
  expect(stderr).toContain('Revision 8 was published meanwhile')
  expect(stderr).toContain('nothing was published')
})

test('is done when somebody else has done the same', async () => {
  const { code, stdout } = await apply([preview(7, CHANGE), late, preview(8, [])])
  expect(code).toBe(0)
  expect(stdout).toContain('Unchanged: revision 8 has all of it.')
})

test('changes nothing when there is nothing to change', async () => {
  const { preconditions, stdout } = await apply([preview(7, [])])
  expect(preconditions).toEqual(['*'])
  expect(stdout).toBe('Unchanged: revision 7 has all of it.\n')
})

test('gives up in words when it is always too late', async () => {
  const replies = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0 ? preview(7 + index, CHANGE) : late,
  )
  const { preconditions, code, stderr } = await apply(replies)
  expect(preconditions.filter(tag => tag !== '*')).toHaveLength(10)
  expect(code).toBe(1)
  expect(stderr).toContain('by now (precondition_failed)')
})

test('says so when whoever answers is no control plane', async () => {
  const { code, stderr } = await apply([{ body: { hello: 'world' } }])
  expect(code).toBe(1)
  expect(stderr).toContain('does not answer as a control plane of this version does')
})
