// What is right by itself and wrong together: parts of a config that would silently overrule each other.
import { formatTable } from '../assignment/index.ts'
import type { Problem, ProblemPath } from './problem.ts'
import type { KeySnapshot, RouterSnapshot } from './snapshot.ts'

/** Keys are looked up by their digest, so of two keys with one secret only the last would ever be seen. */
export function findSharedSecrets(keys: readonly KeySnapshot[]): Problem[] {
  return keys.flatMap((key, index) => {
    const first = keys.find(other => other.digest === key.digest)
    if (first === undefined || first === key || key.digest === '') return []
    const message = `has the same secret as the key "${first.id}"; give every key a secret of its own`
    return [{ code: 'duplicate_secret', path: ['keys', index], message }]
  })
}

/**
 * The table in force is kept by salt. Two splits that share a salt and not their table would each start from the
 * other's at every publish, and move units although nothing was changed.
 */
export function findSaltConflicts(routers: readonly RouterSnapshot[]): Problem[] {
  const tables = new Map<string, { readonly table: string; readonly where: string }>()
  const problems: Problem[] = []
  for (const { path, where, salt, table } of routers.flatMap(listSplits)) {
    const first = tables.get(salt)
    if (first === undefined) tables.set(salt, { table, where })
    else if (first.table !== table) {
      const message = `the salt "${salt}" is also that of ${first.where}, whose variants and shares differ; set another \`salt\``
      problems.push({ code: 'salt_conflict', path, message })
    }
  }
  return problems
}

interface SaltedSplit {
  readonly path: ProblemPath
  readonly where: string
  readonly salt: string
  readonly table: string
}

function listSplits(router: RouterSnapshot): SaltedSplit[] {
  return router.routes.flatMap((route, index) => {
    const at = route.condition === null ? ['default_route'] : ['routes', index]
    const path = ['routers', router.id, ...at, 'split']
    const where = `the route "${route.id}" of the router "${router.id}"`
    return route.groups.map(group => ({ path, where, salt: group.salt, table: formatTable(group.table) }))
  })
}
