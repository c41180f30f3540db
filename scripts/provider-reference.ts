// Writes the tables of docs/providers.md, presets and known models, from the data they describe; the prose around them
// is written by hand. Run it after a change of the data: node scripts/provider-reference.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { type Capabilities, KNOWN_MODELS, PRESETS, type Preset } from '@weir/core/config'
import { renderTable, replaceMarked } from './markdown-table.ts'

const FILE = new URL('../docs/providers.md', import.meta.url)

/** The committed file with its tables as the data say they should be. */
export function renderProviders(committed: string): string {
  const withPresets = replaceMarked(committed, ...marksOf('presets'), renderPresets())
  return replaceMarked(withPresets, ...marksOf('models'), renderModels())
}

function marksOf(name: string): [begin: string, end: string] {
  return [`<!-- ${name}: begin (written by scripts/provider-reference.ts) -->`, `<!-- ${name}: end -->`]
}

function renderPresets(): string {
  const rows = Object.entries<Preset>(PRESETS).map(([name, preset]) => [
    `\`${name}\``,
    preset.service,
    preset.base_url ?? `yours: \`${preset.form}\``,
    preset.credential,
    quirksOf(preset),
  ])
  return renderTable([['preset', 'service', '`base_url`', 'credential', 'differs in'], ...rows])
}

/** What the other columns say. */
const COLUMNS: ReadonlySet<string> = new Set(['service', 'type', 'base_url', 'form', 'credential'])

/** The fields a preset sets beside those that say what and where the service is. */
function quirksOf(preset: Preset): string {
  const format = preset.type === 'openai' ? [] : [`\`type: ${preset.type}\``]
  const fields = Object.entries(preset).flatMap(([field, value]) => {
    if (COLUMNS.has(field)) return []
    const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
    return `\`${field}: ${shown}\``
  })
  return [...format, ...fields].join(', ') || '-'
}

const FIELDS = ['tools', 'images', 'documents', 'json', 'reasoning', 'context', 'output'] as const

function renderModels(): string {
  const rows = KNOWN_MODELS.map(([names, facts]) => [
    names.map(name => `\`${name}\``).join(', '),
    ...FIELDS.map(field => factCell(facts[field])),
  ])
  return renderTable([['model', ...FIELDS.map(field => `\`${field}\``)], ...rows])
}

function factCell(fact: Capabilities[(typeof FIELDS)[number]]): string {
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no'
  if (typeof fact === 'number') return fact.toLocaleString('en')
  return fact ?? '?'
}

if (import.meta.main) writeFileSync(FILE, renderProviders(readFileSync(FILE, 'utf8')))
