// From an unknown value to a Config, or to every problem in it at once.
import type { z } from 'zod'
import { type Config, configJsonSchema, configSchema } from './config.ts'
import { suggestName } from './nearest.ts'
import { findNotPlain } from './plain-value.ts'
import type { Problem, ProblemPath } from './problem.ts'

export type ParsedConfig =
  | { readonly kind: 'valid'; readonly config: Config }
  | {
      readonly kind: 'invalid'
      readonly problems: readonly Problem[]
      /** What is left when the broken parts are taken out, so that references can be checked all the same. */
      readonly remainder: Config | undefined
    }

/** Parses a config. Never throws; unknown fields are problems. */
export function parseConfig(value: unknown): ParsedConfig {
  const notPlain = findNotPlain(value)
  if (notPlain.length > 0) return { kind: 'invalid', problems: notPlain, remainder: undefined }
  const parsed = configSchema.safeParse(value)
  if (parsed.success) return { kind: 'valid', config: parsed.data }
  const problems = parsed.error.issues.flatMap(toProblems)
  return { kind: 'invalid', problems, remainder: parseRemainder(value, problems) }
}

/**
 * Puts a stand-in in the place of each broken provider, model, router and key and parses the rest, so that what refers
 * to them is not reported as referring to nothing, and that keys stay in their places.
 */
function parseRemainder(value: unknown, problems: readonly Problem[]): Config | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const rest = structuredCopy(value) as Record<string, unknown>
  for (const problem of problems) {
    const [section, name] = problem.path
    if (section === undefined) continue
    const standIn = name === undefined ? undefined : STAND_INS.get(section)
    if (standIn === undefined || name === undefined) delete rest[section]
    else if (problem.code === 'invalid_name' && problem.path.length === 2)
      replaceEntry(rest, section, name, undefined)
    else replaceEntry(rest, section, name, standIn(name))
  }
  const parsed = configSchema.safeParse({ ...knownSections(rest), version: 1 })
  return parsed.success ? parsed.data : undefined
}

type StandIn = (name: string | number) => unknown

const STAND_INS: ReadonlyMap<string | number, StandIn> = new Map<string | number, StandIn>([
  ['providers', () => ({ type: 'openai', base_url: 'http://localhost' })],
  ['models', () => ({})],
  ['routers', () => ({ default_route: { split: { variants: [{ id: 'stand-in', model: 'stand/in' }] } } })],
  ['keys', index => ({ id: `stand-in.${index}`, digest: `sha256:${'0'.repeat(64)}` })],
])

/** Whether a problem of the remainder is about a stand-in, and so about nothing the user wrote. */
export function isOfStandIn(problem: Problem, broken: readonly Problem[]): boolean {
  const [section, name] = problem.path
  if (section !== 'routers' && section !== 'keys') return false
  return broken.some(({ path }) => path[0] === section && path[1] === name)
}

function structuredCopy(value: object): unknown {
  return JSON.parse(JSON.stringify(value))
}

function knownSections(rest: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(rest).filter(([name]) => name in configSchema.shape))
}

function replaceEntry(
  rest: Record<string, unknown>,
  section: string | number,
  name: string | number,
  by: unknown,
): void {
  const entries = rest[section]
  if (typeof entries !== 'object' || entries === null) delete rest[section]
  else if (by === undefined || !Object.hasOwn(entries, name))
    delete (entries as Record<string, unknown>)[name]
  else (entries as Record<string, unknown>)[name] = by
}

function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path as ProblemPath
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownField(path, key))
    case 'invalid_key':
      return [{ code: 'invalid_name', path, message: issue.issues.map(inner => inner.message).join('; ') }]
    case 'invalid_type':
      return [{ code: 'invalid_type', path, message: explainType(issue) }]
    case 'invalid_value':
      return [
        {
          code: 'invalid_value',
          path,
          message: `must be ${issue.values.map(v => JSON.stringify(v)).join(' or ')}`,
        },
      ]
    case 'invalid_union':
      return unionProblems(issue, path)
    case 'custom':
      return [customProblem(issue, path)]
    default:
      return [{ code: issue.code, path, message: issue.message }]
  }
}

/** Of several forms a value may have, the one that was meant is the one whose own type the value has. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: ProblemPath): Problem[] {
  const meant = issue.errors.find(issues => !issues.some(isOfAnotherType))
  if (meant !== undefined)
    return meant.flatMap(inner => toProblems({ ...inner, path: [...issue.path, ...inner.path] }))
  const forms = issue.errors.flatMap(issues => issues.flatMap(toProblems).map(problem => problem.message))
  return [{ code: 'invalid_type', path, message: forms.join(', or ') }]
}

function isOfAnotherType(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
}

function explainType(issue: z.core.$ZodIssueInvalidType): string {
  const message = issue.message.replace('Invalid input: ', '')
  return message.endsWith('received undefined') ? `is missing; it must be a ${issue.expected}` : message
}

function customProblem(issue: z.core.$ZodIssueCustom, path: ProblemPath): Problem {
  const code = typeof issue.params?.code === 'string' ? issue.params.code : 'invalid_value'
  const offset = issue.params?.offset
  return typeof offset === 'number'
    ? { code, path, message: issue.message, offset }
    : { code, path, message: issue.message }
}

function unknownField(path: ProblemPath, key: string): Problem {
  const message = `unknown field "${key}"${suggestName(key, fieldsAt(path))}`
  return { code: 'unknown_field', path: [...path, key], message }
}

/** Made for the first unknown field and kept: a config can have thousands of them. */
let jsonSchema: JsonSchemaNode | undefined

/** The fields the schema knows at a path, read off the JSON Schema: only errors pay for it. */
function fieldsAt(path: ProblemPath): string[] {
  jsonSchema ??= configJsonSchema()
  let node = jsonSchema
  for (const part of path) {
    const next =
      typeof part === 'number' ? node.items : (node.properties?.[part] ?? node.additionalProperties)
    if (typeof next !== 'object') return []
    // Of several forms it is the object that has fields.
    node = next.anyOf?.find(form => form.properties !== undefined) ?? next
  }
  return Object.keys(node.properties ?? {})
}

interface JsonSchemaNode {
  readonly properties?: Record<string, JsonSchemaNode>
  readonly items?: JsonSchemaNode
  readonly additionalProperties?: JsonSchemaNode
  readonly anyOf?: readonly JsonSchemaNode[]
}
