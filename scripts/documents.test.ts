// Keeps the documents true where a machine can tell: links lead somewhere, and lists name everything there is.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { failureKindSchema } from '@weir/core/config'
import { attemptSchema, requestEventSchema } from '@weir/core/event'
import { BUILT_IN_ATTRIBUTES, checkCondition } from '@weir/core/expression'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { registerEvents } from '../packages/server/src/cli/events.ts'
import { registerExplain } from '../packages/server/src/cli/explain.ts'
import { registerSchema } from '../packages/server/src/cli/schema.ts'
import { registerSim } from '../packages/server/src/cli/sim.ts'
import { registerSimulate } from '../packages/server/src/cli/simulate.ts'
import { registerStart } from '../packages/server/src/cli/start.ts'
import { registerValidate } from '../packages/server/src/cli/validate.ts'
import { errorTable } from '../packages/server/src/gateway/error-table.ts'
import { registerReplay } from '../packages/server/src/replay/command.ts'
import { loadConfigText } from '../packages/server/src/snapshot/load.ts'
import { headingAnchor } from './heading-anchor.ts'

const root = join(import.meta.dirname, '..')
const documents = globSync(['*.md', 'docs/**/*.md', 'examples/*/*.md', 'bench/*.md'], { cwd: root })

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```.*?^```/gms, '')
}

describe.each(documents)('%s', document => {
  const links = [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1] as string)
  const local = links.filter(link => !/^https?:/.test(link))

  test('links to files and headings that are there', () => {
    expect(local.filter(link => !leadsSomewhere(document, link))).toEqual([])
  })
})

function leadsSomewhere(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? document : join(dirname(document), path)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || (statSync(join(root, target)).isFile() && anchorsOf(target).includes(anchor))
}

function anchorsOf(document: string): string[] {
  return [...withoutCode(read(document)).matchAll(/^#+ (.+)$/gm)].map(match =>
    headingAnchor(match[1] as string),
  )
}

describe('lists name everything there is', () => {
  const commands = new Command()
  const register = [
    registerStart,
    registerValidate,
    registerExplain,
    registerSimulate,
    registerReplay,
    registerEvents,
    registerSim,
    registerSchema,
  ]
  for (const add of register) add(commands)

  test.each(commands.commands.map(command => [command.name(), command] as const))(
    'docs/cli.md has weir %s with its options',
    (name, command) => {
      const section = read('docs/cli.md')
        .split(/^## /m)
        .find(text => new RegExp(`^\`weir ${name}[\` ]`).test(text))
      const options = command.options.map(option => option.long)
      expect(options.filter(option => section?.includes(option as string) !== true)).toEqual([])
    },
  )

  test.each([
    ['README.md', commands.commands.map(command => `weir ${command.name()}`)],
    ['ARCHITECTURE.md', Object.keys(errorTable)],
    ['docs/failure.md', failureKindSchema.options.map(kind => `\`${kind}\``)],
    [
      'docs/events.md',
      [requestEventSchema, attemptSchema]
        .flatMap(schema => Object.keys(schema.shape))
        .map(name => `\`${name}\``),
    ],
    ['docs/conditions.md', [...BUILT_IN_ATTRIBUTES].map(name => `\`${name}`)],
  ])('%s', (document, names) => {
    const text = read(document)
    expect(names.filter(name => !text.includes(name))).toEqual([])
  })
})

describe('what is shown works', () => {
  const rows = read('docs/conditions.md')
    .split('## Examples')[1]
    ?.split('##')[0]
    ?.matchAll(/^\| `(.+?)` +\|/gm)
  const conditions = Array.from(rows ?? [], row => (row[1] as string).replaceAll('\\|', '|'))

  test('docs/conditions.md has examples', () => {
    expect(conditions.length).toBeGreaterThan(5)
  })

  test.each(conditions)('the condition %s is valid', condition => {
    expect(checkCondition(condition)).toMatchObject({ kind: 'valid', warnings: [] })
  })

  test.each(['README.md', 'docs/configuration.md'])('the config in %s can be published', document => {
    const [text] = Array.from(read(document).matchAll(/^```yaml\n(.*?)^```/gms), match => match[1] as string)
    const withDigest = text?.replace('secret: { env: WEIR_KEY }', `digest: sha256:${'0'.repeat(64)}`) ?? ''
    expect(loadConfigText(withDigest, { revision: 1, tables: new Map() }).kind).toBe('loaded')
  })
})
