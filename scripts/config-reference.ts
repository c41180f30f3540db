// Writes the field tables of docs/configuration.md from the config's JSON Schema, between two marks; the prose around
// them is written by hand. Run it after a change of the schema: node scripts/config-reference.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { configJsonSchema } from '@weir/core/config'
import { headingAnchor } from './heading-anchor.ts'
import { renderTable, replaceMarked } from './markdown-table.ts'

const FILE = new URL('../docs/configuration.md', import.meta.url)
const BEGIN = '<!-- fields: begin (written by scripts/config-reference.ts) -->'
const END = '<!-- fields: end -->'

interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: string | number | boolean
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly items?: SchemaNode
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly additionalProperties?: SchemaNode | boolean
  readonly anyOf?: readonly SchemaNode[]
}

/** One table: the fields of one kind of object, wherever it first occurs. */
interface Section {
  readonly path: string
  readonly node: SchemaNode
}

/** The committed file with its tables as the schema says they should be. */
export function renderDocument(committed: string): string {
  return replaceMarked(committed, BEGIN, END, renderFields())
}

function renderFields(): string {
  const sections = collectSections({ path: '', node: configJsonSchema() })
  return sections.map(section => renderSection(section, sections)).join('\n\n')
}

/** All objects with fields of their own, parents first. Equal ones, such as the split of every route, come once. */
function collectSections(root: Section, known: Section[] = []): Section[] {
  if (root.node.properties !== undefined && !known.some(section => isSameShape(section.node, root.node))) {
    known.push(root)
    for (const [name, field] of Object.entries(root.node.properties)) {
      const path = root.path === '' ? name : `${root.path}.${name}`
      collectSections(innerObject(path, field), known)
    }
  }
  return known
}

/** What a field holds, through lists and maps: `keys[]`, `providers.<id>`. */
function innerObject(path: string, node: SchemaNode): Section {
  const form = node.anyOf?.find(one => one.properties !== undefined)
  if (form !== undefined) return { path, node: form }
  if (node.items !== undefined) return innerObject(`${path}[]`, node.items)
  const values = node.additionalProperties
  if (node.properties === undefined && typeof values === 'object')
    return innerObject(`${path}.<${path === 'models' ? 'provider/model' : 'id'}>`, values)
  return { path, node }
}

function isSameShape(a: SchemaNode, b: SchemaNode): boolean {
  return JSON.stringify(a.properties) === JSON.stringify(b.properties)
}

function renderSection({ path, node }: Section, sections: readonly Section[]): string {
  const rows = Object.entries(node.properties ?? {}).map(([name, field]) => {
    const isRequired = node.required?.includes(name) === true
    return [
      `\`${name}\``,
      typeCell(field, `${path}.${name}`, sections),
      isRequired ? '_required_' : defaultCell(field),
      field.description ?? '',
    ]
  })
  return `### ${titleOf(path)}\n\n${renderTable([['field', 'type', 'default', 'meaning'], ...rows])}`
}

function titleOf(path: string): string {
  return path === '' ? 'Top level' : `\`${path}\``
}

function typeCell(node: SchemaNode, path: string, sections: readonly Section[]): string {
  const inner = innerObject(path, node)
  const target = sections.find(section => isSameShape(section.node, inner.node))
  const link = target === undefined ? undefined : `[object](#${headingAnchor(titleOf(target.path))})`
  if (node.anyOf !== undefined)
    return node.anyOf.map(form => (form.properties === undefined ? scalarType(form) : link)).join(' or ')
  if (node.items !== undefined) return `list of ${link ?? scalarType(node.items)}${countOf(node)}`
  if (node.properties !== undefined) return link ?? 'object'
  if (typeof node.additionalProperties === 'object')
    return `map of ${link ?? scalarType(node.additionalProperties)}`
  return scalarType(node)
}

const PATTERN_NAMES: ReadonlyMap<string, string> = new Map([
  ['^[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$', 'id'],
  ['^\\d{1,9}(B|KiB|MiB|GiB)$', 'size'],
  ["^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", 'header name'],
  ['^[\\t\\x20-\\x7e\\x80-\\xff]*$', 'header value'],
  ['^[A-Za-z_][A-Za-z0-9_]*$', 'variable name'],
  ['^sha256:[0-9a-f]{64}$', '`sha256:` and 64 hex digits'],
  ['^[A-Za-z0-9._-]+\\/(\\*|[A-Za-z0-9._:@/-]+)$', '`provider/model`'],
])

const FORMAT_NAMES: Readonly<Record<string, string>> = { uri: 'URL', 'date-time': 'date and time' }

function scalarType(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``
  if (node.enum !== undefined) return node.enum.map(value => `\`${String(value)}\``).join(', ')
  const name = FORMAT_NAMES[node.format ?? ''] ?? PATTERN_NAMES.get(node.pattern ?? '')
  if (name !== undefined) return name
  if (node.pattern?.includes('86400000)ms|') === true) return 'duration'
  if (node.pattern?.startsWith('^(user|conversation_id|') === true) return '[unit](units.md)'
  return `${node.type ?? 'any JSON'}${rangeOf(node)}`
}

function rangeOf({ minimum, maximum }: SchemaNode): string {
  return minimum === undefined || maximum === undefined ? '' : ` ${minimum}..${maximum}`
}

function countOf({ minItems = 0, maxItems }: SchemaNode): string {
  return maxItems === undefined ? '' : `, ${minItems}..${maxItems}`
}

/** A default of an object of defaults is its fields' own, and is not repeated. */
function defaultCell(node: SchemaNode): string {
  if (node.default === undefined || node.properties !== undefined) return '-'
  if (Array.isArray(node.default) && node.default.length > 0)
    return node.default.map(value => `\`${String(value)}\``).join(', ')
  return `\`${JSON.stringify(node.default).replace(/^"|"$/g, '')}\``
}

if (import.meta.main) writeFileSync(FILE, renderDocument(readFileSync(FILE, 'utf8')))
