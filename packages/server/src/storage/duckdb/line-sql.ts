// SQL of a table's lines: how a line of JSON is read into columns, and how columns are written as the line they were.
import type { EventTable } from './tables.ts'

type Field = EventTable['fields'][string]

/** Names of columns and fields are ours, never a user's; quoted because some, such as `at`, are words of SQL. */
export function quoted(name: string): string {
  return `"${name}"`
}

/** What `columns` of read_ndjson takes: each field with the type it is read as. */
export function columnsOfLines(table: EventTable): string {
  const fields = Object.entries(table.fields).map(
    ([name, field]) => `${quoted(name)}: '${typeInLine(field)}'`,
  )
  return `{"kind": 'VARCHAR', ${fields.join(', ')}}`
}

/** The same as `from_json` takes it; the types of lists and objects as it spells them. */
export function structureOfLines(table: EventTable): string {
  const fields = Object.entries(table.fields).map(([name, field]) => [name, structureOf(typeInLine(field))])
  return JSON.stringify({ kind: 'VARCHAR', ...Object.fromEntries(fields) })
}

/** A condition over the fields of a line: whether it is an event of this table. Null counts as no. */
export function isEvent(table: EventTable): string {
  const present = Object.entries(table.fields)
    .filter(([, field]) => field.absent === 'required')
    .map(
      ([name, field]) => `${field.type === 'TIMESTAMP' ? readField(name, field) : quoted(name)} is not null`,
    )
  return [`kind = '${table.kind}'`, `version in (${table.versions.join(', ')})`, ...present].join(' and ')
}

/** Columns of a row, and for each the expression over the fields of a line. */
export function rowOfLine(table: EventTable): readonly (readonly [column: string, sql: string])[] {
  return Object.entries(table.fields).flatMap(([name, field]) =>
    field.columns === undefined
      ? [[name, withDefault(readField(name, field), field)] as const]
      : Object.entries(field.columns).map(
          ([part, column]) => [column, `${quoted(name)}.${quoted(part)}`] as const,
        ),
  )
}

/** An expression over the columns of a row: the line that was recorded, as JSON text. */
export function lineOfRow(table: EventTable): string {
  const fields = recordedFields(table).map(([name, sql]) => `${quoted(name)}: ${sql}`)
  return `to_json({${fields.join(', ')}})::varchar`
}

/** The fields of the recorded form, and for each the expression over the columns of a row. */
export function recordedFields(table: EventTable): readonly (readonly [field: string, sql: string])[] {
  const fields = Object.entries(table.fields).map(([name, field]) => [name, writeField(name, field)] as const)
  return [['kind', `'${table.kind}'`], ...fields]
}

/** Times are read as text and cast: a line whose time is none is then told from one without. */
function typeInLine(field: Field): string {
  return field.type === 'TIMESTAMP' ? 'VARCHAR' : field.type
}

function readField(name: string, field: Field): string {
  if (field.type === 'TIMESTAMP') return `try_cast(${quoted(name)} as timestamp)`
  return field.read ?? quoted(name)
}

function withDefault(sql: string, field: Field): string {
  return typeof field.absent === 'string' ? sql : `coalesce(${sql}, ${field.absent.default})`
}

function writeField(name: string, field: Field): string {
  if (field.type === 'TIMESTAMP') return `strftime(${quoted(name)}, '%Y-%m-%dT%H:%M:%S.%gZ')`
  if (field.columns === undefined) return quoted(name)
  const parts = Object.entries(field.columns)
  const object = `{${parts.map(([part, column]) => `${quoted(part)}: ${quoted(column)}`).join(', ')}}`
  if (field.absent === 'required') return object
  return `case when ${quoted(parts[0]?.[1] as string)} is not null then ${object} end`
}

/** `VARCHAR[]` is `["VARCHAR"]`, `STRUCT(a INTEGER)` is `{"a": "INTEGER"}`. */
function structureOf(type: string): unknown {
  if (type.endsWith('[]')) return [structureOf(type.slice(0, -2))]
  const members = /^STRUCT\((.*)\)$/.exec(type)?.[1]
  if (members === undefined) return type
  return Object.fromEntries(
    members.split(', ').map(member => {
      const [name, inner] = member.split(' ') as [string, string]
      return [name.replaceAll('"', ''), inner]
    }),
  )
}
