// Answers are problem documents of RFC 9457, but where a path speaks another product's API (`ProblemShape`).
import { z } from '@hono/zod-openapi'
import { formatPath, type Problem } from '@weir/core/config'
import type { Context } from 'hono'
import type { AdminEnv } from './env.ts'
import { PROBLEMS, type ProblemCode, type ProblemDetails } from './problem-table.ts'

export type { ProblemCode, ProblemShape } from './problem-table.ts'

export const fieldProblemSchema = z
  .object({
    code: z.string().meta({ description: 'Stable, for programs' }),
    path: z.string().meta({ description: 'Where, such as `routers.chat.default_route.split`' }),
    message: z.string().meta({ description: 'What is wrong, and what would be right' }),
    offset: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Where within the text at `path`, in characters, such as in a condition' }),
  })
  .meta({ id: 'FieldProblem' })

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Where the code is explained; a URI reference' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    problems: z.array(fieldProblemSchema).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })

/** Where the reference page explains a code. */
export const problemType = (code: ProblemCode) => `/api/docs#problem-${code}`

/** Answers with a problem: the one way to refuse a request. */
export function problem(c: Context<AdminEnv>, code: ProblemCode, details: ProblemDetails): Response {
  const shape = c.get('problemShape')
  if (shape !== undefined) {
    const { status, body } = shape({ code, ...details }, PROBLEMS[code].status)
    return c.json(body, status, details.headers)
  }
  const headers = { ...details.headers, 'content-type': 'application/problem+json' }
  return c.body(JSON.stringify(problemDocument(code, details)), PROBLEMS[code].status, headers)
}

export function problemDocument(code: ProblemCode, details: ProblemDetails): z.infer<typeof problemSchema> {
  const { status, title } = PROBLEMS[code]
  const { detail, problems } = details
  return {
    type: problemType(code),
    title,
    status,
    detail,
    code,
    ...(problems !== undefined && { problems: problems.map(writeFieldProblem) }),
  }
}

export function writeFieldProblem(problem: Problem): z.infer<typeof fieldProblemSchema> {
  const { code, path, message, offset } = problem
  return { code, path: formatPath(path), message, ...(offset !== undefined && { offset }) }
}
