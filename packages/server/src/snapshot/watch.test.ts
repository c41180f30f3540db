import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchFile } from './watch.ts'

let home: string
let file: string
let stop: () => void = () => {}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-watch-'))
  file = join(home, 'weir.yaml')
  writeFileSync(file, 'version: 1\n')
})

afterEach(() => {
  stop()
  rmSync(home, { recursive: true, force: true })
})

/** Watches, does something, and resolves with the number of times a change was told by the time the first was. */
function changesAfter(act: () => void): Promise<number> {
  let changes = 0
  return new Promise(resolve => {
    stop = watchFile(file, () => {
      changes++
      resolve(changes)
    })
    act()
  })
}

test('a file saved in place is noticed', async () => {
  expect(await changesAfter(() => writeFileSync(file, 'version: 1\n\n'))).toBe(1)
})

test('a file saved by writing a new one and renaming it is noticed, again and again', async () => {
  let told = () => {}
  stop = watchFile(file, () => told())
  for (let save = 0; save < 3; save++) {
    const noticed = new Promise<void>(resolve => {
      told = resolve
    })
    writeFileSync(`${file}.tmp`, `version: 1 # ${save}\n`)
    renameSync(`${file}.tmp`, file)
    await noticed
  }
})

test('a file that was deleted and written again is noticed', async () => {
  expect(
    await changesAfter(() => {
      rmSync(file)
      writeFileSync(file, 'version: 1\n')
    }),
  ).toBe(1)
})

test('a mounted ConfigMap is noticed when its link is swapped', async () => {
  rmSync(file)
  for (const version of ['..v1', '..v2']) {
    mkdirSync(join(home, version))
    writeFileSync(join(home, version, 'weir.yaml'), `version: 1 # ${version}\n`)
  }
  symlinkSync('..v1', join(home, '..data'))
  symlinkSync(join('..data', 'weir.yaml'), file)
  expect(
    await changesAfter(() => {
      symlinkSync('..v2', join(home, '..data_tmp'))
      renameSync(join(home, '..data_tmp'), join(home, '..data'))
    }),
  ).toBe(1)
})

test('other files of the directory are not taken for it', async () => {
  // The save of the file itself comes last, and the first change that is told must be of it.
  let saved = false
  const noticed = new Promise<boolean>(resolve => {
    stop = watchFile(file, () => resolve(saved))
  })
  writeFileSync(join(home, 'other.yaml'), 'x')
  await new Promise(resolve => setTimeout(resolve, 150))
  saved = true
  writeFileSync(file, 'version: 1\n\n')
  expect(await noticed).toBe(true)
})

test('nothing is told any more once it was stopped', async () => {
  let changes = 0
  const end = watchFile(file, () => changes++)
  writeFileSync(file, 'version: 1\n\n')
  end()
  const other = new Promise<void>(resolve => {
    stop = watchFile(file, resolve)
  })
  writeFileSync(file, 'version: 1\n\n\n')
  await other
  expect(changes).toBe(0)
})
