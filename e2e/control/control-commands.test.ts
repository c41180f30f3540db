// `weir keys` and `weir tokens` against a running program, and where commands find one.
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { runProgram } from '../support/program.ts'
import { fileWith, home, type Place, startPlace, weir } from './command-place.ts'
import { ADMIN_TOKEN } from './store-program.ts'

describe('keys and tokens', () => {
  let place: Place
  beforeAll(async () => {
    place = await startPlace()
  })

  const callWith = async (key: string) => {
    const response = await fetch(`${place.running.connection.dataUrl}/v1/models`, {
      headers: { authorization: `Bearer ${key}` },
    })
    await response.arrayBuffer()
    return response.status
  }

  test('a key works from when it was made until it is revoked, and its secret is alone on stdout', async () => {
    const made = await weir(place, 'keys create app --tenant acme --tag gold --tag eu --reason new')
    expect(made.code).toBe(0)
    expect(made.stdout).toMatch(/^wk_[A-Za-z0-9_-]{43}\n$/)
    const key = made.stdout.trim()
    expect(await callWith(key)).toBe(200)
    const listed = await weir(place, 'keys list')
    expect(listed.stdout).toMatch(/^app +active +acme +gold, eu +none +never/m)
    expect(listed.stdout).not.toContain(key)
    expect(await weir(place, 'keys create app')).toMatchObject({ code: 1, stdout: '' })

    const rotated = await weir(place, 'keys rotate app --overlap 0s')
    expect(rotated.stdout).toMatch(/^wk_/)
    expect(await callWith(key)).toBe(401)
    expect(await callWith(rotated.stdout.trim())).toBe(200)
    expect(await weir(place, 'keys revoke app')).toMatchObject({ code: 0, stdout: '' })
    expect(await callWith(rotated.stdout.trim())).toBe(401)
    expect(await weir(place, 'keys revoke app')).toMatchObject({ code: 1 })
  })

  test('a replaced secret works on for as long as it was given', async () => {
    const key = (await weir(place, 'keys create slow')).stdout.trim()
    expect(await weir(place, 'keys rotate slow --overlap 1h')).toMatchObject({ code: 0 })
    expect(await callWith(key)).toBe(200)
  })

  test('a token does what its role may, until it is revoked', async () => {
    const made = await weir(place, 'tokens create ci --role viewer')
    expect(made.stdout).toMatch(/^wat_[A-Za-z0-9_-]{43}\n$/)
    const token = made.stdout.trim()
    const file = fileWith('nothing.yaml', { version: 1 })
    const more = fileWith('more.yaml', {
      version: 1,
      keys: [{ id: 'k', digest: `sha256:${'9'.repeat(64)}` }],
    })
    expect(await weir(place, `diff ${file}`, { token })).toMatchObject({ code: 0 })
    const refused = await weir(place, `apply ${more}`, { token })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('needs the role editor')
    expect((await weir(place, 'tokens list')).stdout).toMatch(/^ci +viewer /m)
    expect(await weir(place, 'tokens revoke ci')).toMatchObject({ code: 0 })
    expect(await weir(place, `diff ${file}`, { token })).toMatchObject({ code: 2 })
    expect(await weir(place, 'tokens revoke ci')).toMatchObject({ code: 1 })
  })

  test('a token comes from a file or stdin, and from no option', async () => {
    const file = fileWith('token', `${ADMIN_TOKEN}\n`)
    expect(await weir(place, `export --token-file ${file}`, { token: '' })).toMatchObject({ code: 0 })
    const piped = await weir(place, 'export --token-file -', { token: '', stdin: ADMIN_TOKEN })
    expect(piped.code).toBe(0)
    expect(await weir(place, `export --token ${ADMIN_TOKEN}`)).toMatchObject({ code: 2 })
  })
})

describe('without a control plane to talk to', () => {
  const nothing = fileWith('nothing-at-all.yaml', { version: 1 })

  test.each([
    ['no place is known', {}, 'no control plane is known here'],
    ['no token is known', { WEIR_CONTROL_URL: 'http://127.0.0.1:9' }, 'a token is needed; set WEIR_TOKEN'],
    [
      'nobody is there',
      { WEIR_CONTROL_URL: 'http://127.0.0.1:9', WEIR_TOKEN: 'wat_x' },
      'cannot be reached: ',
    ],
    ['the URL is none', { WEIR_CONTROL_URL: 'localhost:8788', WEIR_TOKEN: 'wat_x' }, 'must be like http://'],
  ])('says so when %s, and ends as "cannot be told"', async (_, env, says) => {
    const clean = { WEIR_CONTROL_URL: '', WEIR_TOKEN: '', ...env }
    for (const [command, code] of [
      ['diff', 2],
      ['apply', 1],
      ['validate --running', 1],
    ] as const) {
      const args = [...command.split(' '), nothing, '--data-dir', join(home, 'nowhere')]
      const result = await runProgram(args, { env: clean })
      expect(result).toMatchObject({ code, stdout: '' })
      expect(result.stderr).toContain(says)
      expect(result.stderr).not.toMatch(/^\s+at /m)
    }
  })
})
