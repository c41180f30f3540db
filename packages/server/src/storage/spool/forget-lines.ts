// Takes what is known of units out of spool files that nobody writes to or collects: those that the store refused.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordedUnit } from '../event-store.ts'
import { isNamedInPrompt } from '../named-in-prompt.ts'
import { KINDS } from './read-batch.ts'

const REJECTED = 'rejected'
const SEALED = /\.ndjson$/

/** Where batches are kept that the store does not take. */
export function rejectedDirectory(spool: string): string {
  return join(spool, REJECTED)
}

/**
 * Events of the units and of their requests go, in all sealed files of a directory together, and captures whose
 * prompts name one. Lines that are no event that this program knows are searched as text.
 *
 * @returns how many lines there were
 * @throws the error of the operating system
 */
export function forgetInFiles(directory: string, units: readonly RecordedUnit[]): number {
  const files = sealedFiles(directory)
  const requests = new Set(files.flatMap(file => linesOf(file).flatMap(line => requestOf(line, units))))
  return files.reduce((gone, file) => gone + forgetInFile(file, units, requests), 0)
}

function sealedFiles(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter(name => SEALED.test(name))
    .map(name => join(directory, name))
}

/** None of a file that has given way meanwhile. */
function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
}

function forgetInFile(file: string, units: readonly RecordedUnit[], requests: ReadonlySet<string>): number {
  const lines = linesOf(file)
  const kept = lines.filter(line => !isAbout(line, units, requests))
  const gone = lines.length - kept.length
  if (gone > 0) replaceFile(file, kept.join('\n'))
  return gone
}

/** Whoever looks finds the old file or the new one; an empty one need not be there. */
function replaceFile(file: string, text: string): void {
  if (text.trim() === '') return rmSync(file, { force: true })
  const draft = `${file}.draft`
  writeFileSync(draft, text, { mode: 0o600, flush: true })
  renameSync(draft, file)
}

type Fields = Partial<Record<string, unknown>>

/** The id of a request that one of the units made. */
function requestOf(line: string, units: readonly RecordedUnit[]): string[] {
  const event = parse(line)
  const id = event?.['request_id']
  return typeof id === 'string' && event?.['kind'] === 'request' && isOfUnits(event, units) ? [id] : []
}

function isAbout(line: string, units: readonly RecordedUnit[], requests: ReadonlySet<string>): boolean {
  if (line === '') return false
  const event = parse(line)
  if (event === undefined || !KINDS.has(event['kind'])) return units.some(unit => isNamed(line, unit))
  const { request_id: id, prompt } = event
  if (isOfUnits(event, units) || (typeof id === 'string' && requests.has(id))) return true
  return typeof prompt === 'string' && units.some(unit => isNamedInPrompt(prompt, unit))
}

/** Captures do not say of which kind their unit is. */
function isOfUnits({ kind, unit, unit_kind: unitKind }: Fields, units: readonly RecordedUnit[]): boolean {
  return units.some(wanted => {
    const isOfKind = wanted.kind === null || kind === 'capture' || wanted.kind === unitKind
    return isOfKind && wanted.unit === unit
  })
}

/** A pseudonym wherever it stands, a raw unit where it is all of a string. */
function isNamed(line: string, { kind, unit }: RecordedUnit): boolean {
  return unit !== '' && line.includes(kind === null ? unit : JSON.stringify(unit))
}

function parse(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
