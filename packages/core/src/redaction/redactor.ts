// Replaces personal and secret text by the name of what it was.
import { BUILT_IN, type BuiltInPattern } from './built-in.ts'
import { customFinder } from './custom-pattern.ts'
import { decodedView } from './decoded-view.ts'
import type { Finder, Range } from './range.ts'

export interface RedactionRules {
  readonly redact: readonly BuiltInPattern[]
  /** Regular expressions in RE2's syntax, which have been checked. */
  readonly patterns: readonly string[]
}

export interface Redacted {
  readonly text: string
  /** How many places were replaced. */
  readonly redactions: number
}

interface Labelled extends Range {
  readonly label: string
}

interface Rule {
  readonly label: string
  readonly find: Finder
}

export class Redactor {
  readonly #rules: readonly Rule[]

  constructor({ redact, patterns }: RedactionRules) {
    this.#rules = [
      ...redact.map(name => ({ label: `[${name}]`, find: BUILT_IN[name] })),
      ...patterns.map(source => ({ label: '[redacted]', find: customFinder(source) })),
    ]
  }

  /**
   * The text up to `end`, redacted. What begins before the end and goes on behind it is replaced whole, so the text had
   * better hold somewhat more than is wanted.
   *
   * @param identities - strings of JSON that are personal here whatever they look like; replaced by `[user]`
   */
  redact(text: string, end: number, identities: readonly string[] = []): Redacted {
    const rules = [
      ...this.#rules,
      ...identities.map(identity => ({ label: '[user]', find: quoted(identity) })),
    ]
    const view = decodedView(text)
    const found = rules.flatMap(({ label, find }) => [
      ...find(text).map(range => ({ ...range, label })),
      ...(view === undefined ? [] : find(view.text).map(range => ({ ...view.original(range), label }))),
    ])
    return replace(text, end, merge(found))
  }
}

/** The string as a JSON text has it, or the view of one: within quotes, and nothing else there. */
function quoted(identity: string): Finder {
  const spellings = new Set([JSON.stringify(identity), `"${identity}"`])
  return text => Array.from(spellings).flatMap(spelling => placesOf(text, spelling))
}

function placesOf(text: string, wanted: string): Range[] {
  const found: Range[] = []
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
    found.push({ start: at + 1, end: at + wanted.length - 1 })
  return found
}

/** Ranges that overlap become one, with the name of the longest. */
function merge(found: readonly Labelled[]): Labelled[] {
  const merged: Labelled[] = []
  let longest = 0
  for (const range of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1)
    const length = range.end - range.start
    if (last === undefined || range.start >= last.end) {
      merged.push(range)
      longest = length
      continue
    }
    const label = length > longest ? range.label : last.label
    longest = Math.max(longest, length)
    merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end), label }
  }
  return merged
}

function replace(text: string, limit: number, ranges: readonly Labelled[]): Redacted {
  const parts: string[] = []
  let from = 0
  let redactions = 0
  for (const { start, end, label } of ranges) {
    if (start >= limit) break
    parts.push(text.slice(from, start), label)
    from = end
    redactions++
  }
  if (from < limit) parts.push(text.slice(from, limit))
  return { text: parts.join(''), redactions }
}
