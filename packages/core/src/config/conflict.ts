// What is right by itself and wrong together: parts of a config that would silently overrule each other.
import { formatTable } from '../assignment/index.ts'
import type { Problem, ProblemPath } from './problem.ts'
import type { KeySnapshot, RouterSnapshot, RouteSnapshot } from './snapshot.ts'

/** Keys are looked up by their digest, so of two keys with one secret only the last would ever be seen. */
export function findSharedSecrets(keys: readonly KeySnapshot[]): Problem[] {
  const owners = new Map<string, string>()
  return keys.flatMap((key, index) => {
    const path = ['keys', index]
    const { previous } = key
    const shared = claimSecret(owners, key, key.digest, path)
    const replaced =
      previous === null ? [] : claimSecret(owners, key, previous.digest, [...path, 'previous', 'digest'])
    return [...shared, ...replaced]
  })
}

function claimSecret(
  owners: Map<string, string>,
  key: KeySnapshot,
  digest: string,
  path: ProblemPath,
): Problem[] {
  const owner = owners.get(digest)
  if (digest === '') return []
  if (owner === undefined) {
    owners.set(digest, key.id)
    return []
  }
  const message = `has the same secret as the key "${owner}"; give every key a secret of its own`
  return [{ code: 'duplicate_secret', path, message }]
}

/**
 * The table in force is kept by salt. Two splits that share a salt and not their table would each start from the
 * other's at every publish, and move units although nothing was changed.
 */
export function findSaltConflicts(
  routers: readonly RouterSnapshot[],
  keys: readonly KeySnapshot[],
): Problem[] {
  const tables = new Map<string, { readonly table: string; readonly where: string }>()
  const problems: Problem[] = []
  for (const { path, where, salt, table } of [...routers.flatMap(routerSplits), ...keys.flatMap(keySplits)]) {
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

function routerSplits(router: RouterSnapshot): SaltedSplit[] {
  return router.routes.flatMap((route, index) => {
    const at = route.condition === null ? ['default_route'] : ['routes', index]
    const path = ['routers', router.id, ...at, 'split']
    const where = `the route "${route.id}" of the router "${router.id}"`
    return saltedSplits(route, path, where)
  })
}

/** Only by chance: the salt of a key's routing has the form of a router's. */
function keySplits({ id, routing }: KeySnapshot, index: number): SaltedSplit[] {
  return routing === null
    ? []
    : saltedSplits(routing.route, ['keys', index, 'routing'], `the routing of the key "${id}"`)
}

function saltedSplits(route: RouteSnapshot, path: ProblemPath, where: string): SaltedSplit[] {
  return route.groups.map(group => ({ path, where, salt: group.salt, table: formatTable(group.table) }))
}
