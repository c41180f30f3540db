// Who a request comes from, as routes know it.
import type { Role } from '../../storage/control-store.ts'

/** Who a request comes from. */
export interface Actor {
  /** The token's id. */
  readonly id: string
  /** The token's name, as it stands in revisions and in the audit log. */
  readonly name: string
  readonly role: Role
  readonly via: 'token' | 'session'
}

/** A session that goes on; `secret` is for nobody but its own logout. */
export interface Session {
  readonly kind: 'session'
  readonly actor: Actor
  readonly secret: string
  readonly csrfToken: string
  readonly expiresAt: number
}
