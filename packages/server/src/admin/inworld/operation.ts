// Operations: what create and patch answer. Publishing is done when it is answered, so that every operation is done,
// and its name says all there is to remember: the revision and the router.
import { formatPath, type Problem, type ProblemPath } from '@weir/core/config'
import type { RouterConfig } from './router-config.ts'
import { answerRouter } from './router-view.ts'
import { fieldPath } from './spelling.ts'
import type { Violation } from './status.ts'

/** "Operation", google.longrunning: done, with a response. */
export interface Operation {
  readonly name: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly done: true
  readonly response: Readonly<Record<string, unknown>>
}

export interface OperationFacts {
  readonly revision: number
  readonly id: string
  readonly config: RouterConfig
  /** What changed, in words. */
  readonly changes: readonly string[]
  readonly warnings: readonly Violation[]
}

const METADATA = 'type.googleapis.com/weir.router.v1.OperationMetadata'
const ROUTER = 'type.googleapis.com/weir.router.v1.Router'

export function writeOperation({ revision, id, config, changes, warnings }: OperationFacts): Operation {
  return {
    name: `operations/${revision}.${id}`,
    metadata: { '@type': METADATA, revision, changes, warnings },
    done: true,
    response: { '@type': ROUTER, ...answerRouter(id, config) },
  }
}

/** Reads `12.example-router`, the name without `operations/`. */
export function readOperationName(
  name: string,
): { readonly revision: number; readonly id: string } | undefined {
  const [, revision, id] = /^(\d{1,15})\.(.+)$/.exec(name) ?? []
  return id === undefined ? undefined : { revision: Number(revision), id }
}

/** A problem of the config as one of the router that was sent, where it is about that. */
export function violationOf({ path, message }: Problem, id: string): Violation {
  const [section, router, ...inner] = path
  const isOurs = section === 'routers' && router === id
  return { field: isOurs ? fieldPath(inworldPath(inner)) : formatPath(path), description: message }
}

/** Names inside a route that the shape calls something else. */
const VARIANT_FIELDS: Readonly<Record<string, string>> = {
  id: 'variant_id',
  model: 'model_id',
  parameters: 'text_generation_config',
  system_prompt: 'message_templates',
}

function inworldPath([first, ...rest]: ProblemPath): PropertyKey[] {
  if (first === 'description') return ['display_name']
  if (first === 'default_route') return ['default_route', ...routePath(rest)]
  if (first !== 'routes') return first === undefined ? [] : [first, ...rest]
  const [index, ...inner] = rest
  if (index === undefined) return ['routes']
  if (inner[0] === 'condition') return ['routes', index, 'condition', 'cel_expression']
  return ['routes', index, ...(inner.length === 0 ? [] : ['route', ...routePath(inner)])]
}

function routePath([first, ...rest]: ProblemPath): PropertyKey[] {
  if (first === 'id') return ['route_id']
  if (first !== 'split') return first === undefined ? [] : [first, ...rest]
  const [list, index, field, ...inner] = rest
  if (list !== 'variants' || index === undefined) return [...rest]
  if (field === undefined || field === 'weight')
    return ['variants', index, ...(field === undefined ? [] : [field])]
  return ['variants', index, 'variant', VARIANT_FIELDS[field] ?? field, ...inner]
}
