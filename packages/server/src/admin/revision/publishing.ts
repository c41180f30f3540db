// What goes in and out of publishing: edits, and what became of them. Routes are written against these types and
// `Revisions`.
//
//   const result = await revisions.publish(
//     config =>
//       config.routers?.[id] === undefined
//         ? { kind: 'refused', cause: 'not_found', message: `there is no router "${id}"` }
//         : { kind: 'config', config: { ...config, routers: without(config.routers, id) } },
//     { actor: 'ada', reason: null },
//   )
import type { ConfigInput, CurrentTables, Problem, Snapshot, SplitMove } from '@weir/core/config'
import type { RevisionSummary, Role } from '../../storage/control-store.ts'

/**
 * A change of the config. It is pure, gets the newest config, which it must not alter, and runs alone: nobody else
 * publishes between what it sees and what it returns, so that a check of an item's ETag belongs inside.
 */
export type Edit = (config: ConfigInput) => EditResult

export type EditResult = EditedConfig | EditRefusal

export interface EditedConfig {
  readonly kind: 'config'
  readonly config: ConfigInput
}

/** Why an edit makes no config. */
export interface EditRefusal {
  readonly kind: 'refused'
  /**
   * `changed`: the item is no longer the one the client saw. `in_use`: something else refers to it. `forbidden`: its
   * author's role does not reach.
   */
  readonly cause: 'not_found' | 'exists' | 'changed' | 'in_use' | 'invalid' | 'forbidden'
  readonly message: string
  /** Each field that is to be put right, when it is about fields. */
  readonly problems?: readonly Problem[]
}

/** Who publishes, and why. */
export interface Author {
  /** Name of the token or user; `weir` for the program itself. */
  readonly actor: string
  readonly reason: string | null
  /** Whoever comes over the API has one, and is asked by the guard; the program itself has none. */
  readonly role?: Role
  /** The revision the author has seen: with another one in force the result is `conflict`. */
  readonly expected?: number
}

/** Looks at a change before it is compiled; undefined lets it pass. */
export type ChangeGuard = (change: GuardedChange) => Promise<EditRefusal | undefined>

export interface GuardedChange {
  readonly before: ConfigInput
  readonly after: ConfigInput
  readonly role: Role
}

/** What is in force. */
export interface CurrentRevision {
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly config: ConfigInput
  readonly snapshot: Snapshot
  readonly tables: CurrentTables
}

/** What a change would do. */
export interface Preview {
  readonly kind: 'preview'
  /** In words; empty when nothing would change. */
  readonly changes: readonly string[]
  /** Splits whose units would move. */
  readonly moves: readonly SplitMove[]
  readonly warnings: readonly Problem[]
  /** Why it could not be published; `changes` and `moves` are empty then. */
  readonly problems: readonly Problem[]
}

export type PreviewResult = Preview | Rejected | Conflict

export type PublishResult =
  | PublishedRevision
  /** The edit changes nothing: no revision was made, `number` stays in force. */
  | { readonly kind: 'unchanged'; readonly number: number; readonly warnings: readonly Problem[] }
  /** The config cannot be published: nothing was saved. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  | Rejected
  | Conflict
  /** The config is a file's: it is changed there. */
  | { readonly kind: 'managed_by_file' }
  /** The store cannot be written; the revision in force goes on being served. */
  | { readonly kind: 'unavailable'; readonly message: string }

/** Saved, and served by every worker. */
export interface PublishedRevision {
  readonly kind: 'published'
  readonly revision: RevisionSummary
  /** As it is in force: what the edit made, with declared bucket tables brought up to date. */
  readonly config: ConfigInput
  readonly moves: readonly SplitMove[]
  readonly warnings: readonly Problem[]
}

/** By the edit itself. */
export interface Rejected {
  readonly kind: 'rejected'
  readonly refusal: EditRefusal
}

/** Another revision than the expected one is in force. */
export interface Conflict {
  readonly kind: 'conflict'
  readonly number: number
}

/** How the control plane fares; a gateway serves in every state. */
export interface RevisionHealth {
  /** `degraded`: something is amiss, changes are possible. `read_only`: the store cannot be used, changes are not. */
  readonly state: 'ok' | 'degraded' | 'read_only'
  /** What is amiss, in words for the operator. */
  readonly reasons: readonly string[]
}
