// The guard of every change that comes over the API, whichever resource it comes by: where requests may go, and who may
// send secrets there.
import type { ConfigInput, Problem } from '@weir/core/config'
import { checkDestination, type Resolve } from '../../network/base-url.ts'
import type { CredentialStore, Role } from '../../storage/control-store.ts'
import type { ChangeGuard, EditRefusal } from '../revision/publishing.ts'
import { adminMatters, type Destination, newDestinations, privateNetworksOf } from './reach.ts'

export interface GuardOptions {
  readonly resolve: Resolve
  readonly store: Pick<CredentialStore, 'list'>
}

export function reachGuard({ resolve, store }: GuardOptions): ChangeGuard {
  return async ({ before, after, role }) => {
    if (role !== 'admin') {
      // Also of providers that the config does not know: a new one of that name would get them.
      const credentialed = new Set((await store.list()).map(({ provider }) => provider))
      const refusal = refuseMatters(adminMatters(before, after, credentialed), role)
      if (refusal !== undefined) return refusal
    }
    return checkDestinations(before, after, resolve)
  }
}

function refuseMatters(matters: ReturnType<typeof adminMatters>, role: Role): EditRefusal | undefined {
  if (matters.length === 0) return undefined
  const problems = matters.map(({ path, message }) => ({
    code: 'admin_needed',
    path,
    message: `${message}: that takes the role admin, and yours is ${role}`,
  }))
  return refusal('forbidden', problems)
}

async function checkDestinations(
  before: ConfigInput,
  after: ConfigInput,
  resolve: Resolve,
): Promise<EditRefusal | undefined> {
  const networks = privateNetworksOf(after)
  const check = async ({ path, url }: Destination): Promise<Problem[]> => {
    const message = await checkDestination(url, networks, resolve)
    return message === undefined ? [] : [{ code: 'address_refused', path, message }]
  }
  const problems = (await Promise.all(newDestinations(before, after).map(check))).flat()
  return problems.length === 0 ? undefined : refusal('invalid', problems)
}

function refusal(cause: EditRefusal['cause'], problems: readonly Problem[]): EditRefusal {
  const message = problems.map(problem => problem.message).join('; ')
  return { kind: 'refused', cause, message, problems }
}
