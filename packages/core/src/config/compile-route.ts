// Compiles one route: references resolved, weights turned into bucket tables, overrides made ready to write.
import { apportion, type BucketTable, canonicalTable, reweightTable } from '../assignment/index.ts'
import type { Config } from './config.ts'
import type { FailurePolicy, Timeouts } from './failure-policy.ts'
import { findUnsuitedParameters } from './parameter-check.ts'
import type { Problem, ProblemPath } from './problem.ts'
import { findTarget, isEnabled, unknownModel } from './reference.ts'
import type { RouteConfig } from './router.ts'
import type { GroupSnapshot, RouteSnapshot, TargetSnapshot, VariantSnapshot } from './snapshot.ts'
import {
  declaredTable,
  effectiveWeight,
  lowestPriority,
  type SplitConfig,
  type VariantConfig,
  variantsByPriority,
} from './split.ts'

/** Bucket tables by salt. */
export type CurrentTables = ReadonlyMap<string, BucketTable>

export interface RouteContext {
  /** Where the variants are listed. */
  readonly path: ProblemPath
  /** Salt of a split without its own. */
  readonly salt: string
  /** For a route without its own. */
  readonly timeouts: Timeouts
  readonly failure: FailurePolicy
  readonly config: Config
  readonly tables: CurrentTables
  readonly problems: Problem[]
}

/** A route of a router, or what is compiled like one. */
export type AnyRoute = Omit<RouteConfig, 'condition'> & { readonly condition: string | null }

export function compileRoute(route: AnyRoute, context: RouteContext): RouteSnapshot {
  const salt = route.split.salt ?? context.salt
  return {
    id: route.id,
    condition: route.condition,
    variants: route.split.variants.map((variant, index) =>
      compileVariant(variant, route.split, [...context.path, index], context),
    ),
    groups: compileGroups(route.split, salt, context),
    timeouts: route.timeouts ?? context.timeouts,
    failure: route.failure ?? context.failure,
  }
}

function compileVariant(
  variant: VariantConfig,
  split: SplitConfig,
  path: ProblemPath,
  context: RouteContext,
): VariantSnapshot {
  const target = resolveTarget(variant.model, [...path, 'model'], context)
  checkParameters(variant, target, [...path, 'parameters'], context)
  return {
    id: variant.id,
    target,
    priority: variant.priority,
    weight: effectiveWeight(variant, split),
    parameters: Object.fromEntries(
      Object.entries(variant.parameters).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    systemPrompt: variant.system_prompt ?? null,
    headers: variant.headers,
    drop: variant.drop,
  }
}

function checkParameters(
  variant: VariantConfig,
  target: TargetSnapshot,
  path: ProblemPath,
  { config, problems }: RouteContext,
): void {
  const provider = config.providers[target.provider]
  for (const unsuited of findUnsuitedParameters(variant.parameters, target, provider)) {
    const { message } = unsuited
    problems.push({ code: 'unsuited_parameter', path: [...path, ...unsuited.path], message })
  }
}

function resolveTarget(id: string, path: ProblemPath, context: RouteContext): TargetSnapshot {
  const target = id.endsWith('/*') ? undefined : findTarget(context.config, id)
  if (target === undefined) {
    context.problems.push(unknownModel(context.config, id, path))
    return { id, provider: '', model: '', price: null, priceSource: null, capabilities: {} }
  }
  if (!isEnabled(context.config, id)) {
    const message = `the model "${id}" is disabled; enable it under \`models\`, or take this variant out`
    context.problems.push({ code: 'model_disabled', path, message })
  }
  return target
}

function compileGroups(split: SplitConfig, salt: string, context: RouteContext): GroupSnapshot[] {
  const lowest = lowestPriority(split)
  return Array.from(variantsByPriority(split)).flatMap(([priority, members]) => {
    const weights = members.map(variant => effectiveWeight(variant, split))
    if (!weights.some(weight => weight > 0)) return []
    const counts = new Map(apportion(weights).map((count, index) => [members[index]?.id ?? '', count]))
    const groupSalt = priority === lowest ? salt : `${salt}.p${priority}`
    // A declared table that no longer fits the weights is where re-weighting starts: editing an exported file moves
    // the same fewest buckets on every node.
    const current = declaredTable(split, priority) ?? context.tables.get(groupSalt)
    const table = current === undefined ? canonicalTable(counts) : reweightTable(current, counts)
    return [{ priority, salt: groupSalt, table }]
  })
}
