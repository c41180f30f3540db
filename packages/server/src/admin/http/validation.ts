// What zod found wrong with a request, as a problem document.
import type { Hook, z } from '@hono/zod-openapi'
import { formatPath, type Problem, type ProblemPath } from '@weir/core/config'
import type { AdminEnv } from './env.ts'
import { problem } from './problem.ts'

/** Where in the request; a body's paths begin at its root. */
const ROOTS: Readonly<Record<string, ProblemPath>> = { query: ['query'], param: ['path'], header: ['header'] }

/** The validation hook: a body is 422, everything else 400. All problems at once. */
export const answerInvalid: Hook<unknown, AdminEnv, string, Response | undefined> = (result, c) => {
  if (result.success) return undefined
  const root = ROOTS[result.target]
  const problems = fieldProblems(result.error, root ?? [])
  const detail = problems.map(problem => describe(problem, root?.length ?? 0)).join('; ')
  return problem(c, root === undefined ? 'invalid_body' : 'invalid_request', { detail, problems })
}

/** With the field in front, unless the message names it. */
function describe({ path, message }: Problem, depth: number): string {
  const own = path.slice(depth)
  const isNamed = own.length === 0 || message.includes(`\`${String(own.at(-1))}\``)
  return isNamed ? message : `\`${formatPath(own)}\`: ${message}`
}

export function fieldProblems(error: z.ZodError, root: ProblemPath): Problem[] {
  return error.issues.map(issue => {
    const path = [...root, ...issue.path.map(part => (typeof part === 'number' ? part : String(part)))]
    const named: unknown = issue.code === 'custom' ? issue.params?.code : undefined
    return { code: typeof named === 'string' ? named : issue.code, path, message: issue.message }
  })
}
