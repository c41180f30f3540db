// What is known of a request while it is handled: the types that all of the shell and its routes share.
import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Actor, Session } from '../access/actor.ts'
import type { KeptAnswers } from './kept-answers.ts'
import type { ProblemCode, ProblemShape } from './problem-table.ts'

export interface AdminEnv {
  Bindings: HttpBindings
  Variables: {
    requestId: string
    /** The client's address. */
    address: string
    actor?: Actor
    /** When the actor comes with the console's cookie. */
    session?: Session
    /** Why the request may not do what needs a role, beside the role itself. */
    denial?: Denial
    /** How problems are written here, when not as problem documents. */
    problemShape?: ProblemShape
    keptAnswers: KeptAnswers
    /** For answers that go on for long: aborted when the control port closes. */
    stopping: AbortSignal
    /** Likewise: whether the token or session that came with the request is still good. */
    isStillKnown: () => Promise<boolean>
    /** The revision that this request has published. */
    revision?: number
    /** What it is after, where neither its method nor its route says so. */
    intent?: DeclaredIntent
  }
}

/** Of a call that changes nothing whatever its method. `probe`: it sends a credential to a provider. */
export type DeclaredIntent = 'preview' | 'read' | 'probe'

export type AdminApp = OpenAPIHono<AdminEnv>

/** Why a request may do nothing that needs a role; said only by routes that need one. */
export interface Denial {
  readonly code: ProblemCode & ('unauthenticated' | 'csrf' | 'throttled' | 'store_unavailable')
  readonly detail: string
  /** Seconds. */
  readonly retryAfter?: number
}
