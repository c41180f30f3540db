// The audit log's writer: what is worth a record, and in which words. Never a secret: no query, no body, no header.
import type { AuditRecord, AuditStore } from '../../storage/control-store.ts'
import { newId } from '../access/secret.ts'

/** A call that has been answered. */
export interface AnsweredCall {
  readonly at: number
  readonly actor: { readonly name: string; readonly role: AuditRecord['role'] } | undefined
  readonly address: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly revision: number | null
  readonly reason: string | null
  /** `preview`: it asked what a change would do; `probe`: it sent a credential to a provider, to try it. */
  readonly intent: 'change' | 'preview' | 'read' | 'probe'
}

/** Denied calls without a token that get a record of their own, a minute; the others are counted in one. */
const STRANGERS_A_MINUTE = 30
const MINUTE_MS = 60_000

export class AuditLog {
  readonly #store: AuditStore
  #minute = 0
  #strangers = 0

  constructor(store: AuditStore) {
    this.#store = store
  }

  /** Writes a record when the call was denied, was to change something, or sent a credential out; resolves when it is on disk. */
  async record(call: AnsweredCall): Promise<void> {
    const outcome = outcomeOf(call.status)
    if (!isWorthRecording(call, outcome)) return
    if (call.actor === undefined && outcome === 'denied' && !(await this.#hasRoom(call))) return
    await this.#store.append(writeRecord(call, outcome))
  }

  /** Whoever has no token must not be able to fill the disk; what is left out is counted. */
  async #hasRoom(call: AnsweredCall): Promise<boolean> {
    const minute = Math.floor(call.at / MINUTE_MS)
    if (minute !== this.#minute) {
      const left = this.#strangers - STRANGERS_A_MINUTE
      this.#minute = minute
      this.#strangers = 0
      if (left > 0) await this.#store.append(summaryRecord(call, left))
    }
    this.#strangers += 1
    return this.#strangers <= STRANGERS_A_MINUTE
  }
}

/** A throttled call was not even looked at, and the failures before it are on record. */
function isWorthRecording(call: AnsweredCall, outcome: AuditRecord['outcome']): boolean {
  if (call.status === 429) return false
  if (outcome === 'denied') return true
  return (call.intent === 'change' || call.intent === 'probe') && call.actor !== undefined
}

/** Before the call of a connection test, which changes nothing and lets a credential out. */
const PROBE = 'connection test: '

function writeRecord(call: AnsweredCall, outcome: AuditRecord['outcome']): AuditRecord {
  const { at, actor, address, status, revision, reason } = call
  return {
    id: newId('aud'),
    at,
    actor: actor?.name ?? 'anonymous',
    role: actor?.role ?? null,
    address,
    action: `${call.intent === 'probe' ? PROBE : ''}${call.method} ${redactTokens(call.path).slice(0, 300)}`,
    outcome,
    status,
    revision,
    reason: reason === null ? null : redactTokens(reason),
  }
}

function summaryRecord(call: AnsweredCall, count: number): AuditRecord {
  return {
    ...writeRecord({ ...call, actor: undefined, reason: null, revision: null }, 'denied'),
    address: '',
    action: `${count} more calls without a token, in one minute`,
  }
}

function outcomeOf(status: number): AuditRecord['outcome'] {
  if (status < 400) return 'done'
  if (status === 401 || status === 403 || status === 421 || status === 429) return 'denied'
  if (status === 409 || status === 412) return 'conflict'
  return status < 500 ? 'refused' : 'failed'
}

/** A path or a reason may hold a token by mistake. */
function redactTokens(text: string): string {
  return text.replaceAll(/\b(wat_|wk_|sk-)[A-Za-z0-9_-]{8,}/g, '$1…')
}
