// Keeps the documents true where a machine can tell: links lead somewhere, and lists name everything there is.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bucketOf } from '@weir/core/assignment'
import { failureKindSchema } from '@weir/core/config'
import { attemptSchema, requestEventSchema } from '@weir/core/event'
import { BUILT_IN_ATTRIBUTES, checkCondition } from '@weir/core/expression'
import { describe, expect, test, vi } from 'vitest'
import { runCommandLine } from '../packages/server/src/cli/command-line.ts'
import { errorTable } from '../packages/server/src/gateway/error-table.ts'
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
  test('docs/cli.md has every command with its options, and README.md every command', async () => {
    const names = [...(await helpOf()).matchAll(/^ {2}(\w+) /gm)].map(match => match[1] as string)
    const commands = names.filter(name => name !== 'help')
    expect(commands).toContain('start')
    expect(commands.filter(name => !read('README.md').includes(`weir ${name}`))).toEqual([])
    const missing: string[] = []
    for (const command of commands) missing.push(...(await undocumentedOptions(command)))
    expect(missing).toEqual([])
  })

  test.each([
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

/** What `weir --help` or `weir <command> --help` prints. */
async function helpOf(...command: string[]): Promise<string> {
  const printed: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(text => printed.push(String(text)) > 0)
  try {
    await runCommandLine(['node', 'weir', ...command, '--help'])
  } finally {
    write.mockRestore()
  }
  return printed.join('')
}

async function undocumentedOptions(command: string): Promise<string[]> {
  const own = (await helpOf(command)).split('Global Options:')[0] ?? ''
  const options = [...own.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(match => match[1] as string)
  const sections = read('docs/cli.md').split(/^## /m)
  const section = sections.find(text => new RegExp(`^\`weir ${command}[\` ]`).test(text)) ?? ''
  // Options that several commands share stand once, in the section that names these commands.
  const shared = sections.filter(text => new RegExp(`^Commands .*\`${command}[\` ]`, 's').test(text))
  const missing = options.filter(
    option => option !== '--help' && ![section, ...shared].join().includes(option),
  )
  return missing.map(option => `weir ${command} ${option}`)
}

describe('what is shown works', () => {
  test('the demo splits fifty users as the README prints it', () => {
    const small = Array.from({ length: 50 }, (_, index) =>
      bucketOf('demo.default', `user-${index + 1}`),
    ).filter(bucket => bucket >= 8000)
    expect(read('README.md')).toContain(`${50 - small.length} x-weir-variant: large`)
    expect(read('README.md')).toContain(`${small.length} x-weir-variant: small`)
  })

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

  test.each(['README.md', 'docs/configuration.md', 'docs/keys.md', 'docs/privacy.md'])(
    'the config in %s can be published',
    document => {
      const [text] = Array.from(
        read(document).matchAll(/^```yaml\n(.*?)^```/gms),
        match => match[1] as string,
      )
      const withDigest = text?.replace('secret: { env: WEIR_KEY }', `digest: sha256:${'0'.repeat(64)}`) ?? ''
      expect(loadConfigText(withDigest, { revision: 1, tables: new Map() }).kind).toBe('loaded')
    },
  )
})
