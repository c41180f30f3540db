// What zod found wrong with a request, as a problem document.
import type { Hook, z } from '@hono/zod-openapi'
import type { Problem, ProblemPath } from '@weir/core/config'
import type { AdminEnv } from './env.ts'
import { problem } from './problem.ts'

/** Where in the request; a body's paths begin at its root. */
const ROOTS: Readonly<Record<string, ProblemPath>> = { query: ['query'], param: ['path'], header: ['header'] }

/** The validation hook: a body is 422, everything else 400. All problems at once. */
export const answerInvalid: Hook<unknown, AdminEnv, string, Response | undefined> = (result, c) => {
  if (result.success) return undefined
  const root = ROOTS[result.target]
  const problems = fieldProblems(result.error, root ?? [])
  const detail = problems.map(({ message }) => message).join('; ')
  return problem(c, root === undefined ? 'invalid_body' : 'invalid_request', { detail, problems })
}

export function fieldProblems(error: z.ZodError, root: ProblemPath): Problem[] {
  return error.issues.map(issue => {
    const path = [...root, ...issue.path.map(part => (typeof part === 'number' ? part : String(part)))]
    const named: unknown = issue.code === 'custom' ? issue.params?.code : undefined
    return { code: typeof named === 'string' ? named : issue.code, path, message: issue.message }
  })
}
