// POST /v1/feedback and /v1/feedback/batch: outcomes that clients report. They are recorded before they are accepted,
// and joined to their requests when somebody asks: whether a request is stored yet is not looked up here.
import type { OutcomeEvent } from '@weir/core/event'
import { asObject } from '../provider/json.ts'
import type { FieldProblem, JsonObject } from '../provider/wire-format.ts'
import type { EventFate } from '../storage/event-sink.ts'
import { errorTable } from './error-table.ts'
import type { Exchange } from './exchange.ts'
import { type FeedbackItem, type FeedbackSubject, readFeedbackItem } from './feedback-item.ts'
import type { Key } from './gateway.ts'
import { fingerprint } from './identity.ts'
import { readObject } from './read.ts'
import { finishAnswer, record } from './record.ts'
import { type Refusal, refuse } from './refusal.ts'
import { relayRefusal } from './relay.ts'
import { sendWhole } from './respond.ts'

const ONE = '/v1/feedback'
const BATCH = '/v1/feedback/batch'

const MOST_OUTCOMES = 1000
/** Bytes: corrections come as text. */
const LARGEST_BODY = 4 * 2 ** 20
/** How far clocks of clients may be off, ms. */
const CLOCK_SKEW = 300_000

export function isFeedback(path: string): boolean {
  return path === ONE || path === BATCH
}

/**
 * Records what is reported and answers. Outcomes are events of their own; a request event is left only by a call of which
 * something was refused, so that it shows where all refusals do.
 */
export async function serveFeedback(exchange: Exchange, key: Key): Promise<void> {
  const sent = await readOutcomes(exchange)
  if (sent.kind === 'refusal') return record(exchange, relayRefusal(exchange, sent))
  const isBatch = exchange.path === BATCH
  const results = sent.items.map((item, index) =>
    judge(exchange, key, item, isBatch ? `outcomes[${index}]` : ''),
  )
  const [first] = results
  if (!isBatch && first?.kind === 'refusal') return record(exchange, relayRefusal(exchange, first))
  recordOutcomes(exchange, results)
}

interface Sent {
  readonly kind: 'sent'
  readonly items: readonly unknown[]
}

async function readOutcomes(exchange: Exchange): Promise<Sent | Refusal> {
  const { req, path } = exchange
  if (req.method !== 'POST') return refuse('method_not_allowed', `${path} takes POST.`)
  const { limits } = exchange.active.snapshot.gateway
  const body = await readObject(req, Math.min(limits.body, LARGEST_BODY), limits.slow_client)
  if (body.kind === 'refusal') return body
  return path === BATCH ? readBatch(body.json) : { kind: 'sent', items: [body.json] }
}

function readBatch(json: JsonObject): Sent | Refusal {
  const { outcomes, ...others } = json
  if (!Array.isArray(outcomes) || outcomes.length === 0 || outcomes.length > MOST_OUTCOMES)
    return invalid([{ path: 'outcomes', message: `must be a list of 1 to ${MOST_OUTCOMES} outcomes` }])
  const [odd] = Object.keys(others)
  if (odd !== undefined) return invalid([{ path: odd, message: 'is not known beside `outcomes`' }])
  return { kind: 'sent', items: outcomes }
}

/** @param at the item's path in the body; empty for a body that is an item */
function judge(exchange: Exchange, key: Key, sent: unknown, at: string): OutcomeEvent | Refusal {
  const json = asObject(sent)
  if (json === undefined) return invalid([{ path: at, message: 'must be an object' }])
  const below = (problem: FieldProblem) =>
    at === '' ? problem : { ...problem, path: `${at}.${problem.path}` }
  const item = readFeedbackItem(json)
  if (item.kind === 'invalid') return invalid(item.problems.map(below))
  return judgeItem(exchange, key, item, below)
}

/** Whether the subject is the tenant's and the time can be. */
function judgeItem(
  exchange: Exchange,
  key: Key,
  item: FeedbackItem,
  below: (problem: FieldProblem) => FieldProblem,
): OutcomeEvent | Refusal {
  const { about, observedAt } = item
  const arrival = about.kind === 'unit' ? 0 : exchange.gateway.identity.arrivalOf(about.id, key.tenant)
  if (arrival === undefined) return unknownRequest(below({ path: 'request_id', message: '' }).path)
  const untimely = observedAt === undefined ? undefined : findUntimely(observedAt, arrival, exchange.at)
  if (untimely !== undefined) return invalid([below({ path: 'observed_at', message: untimely })])
  return describeOutcome(exchange, key, item)
}

function unknownRequest(path: string): Refusal {
  const message =
    'There is no such request: `request_id` must be the `x-weir-request-id` of an answer to a key of the same tenant.'
  return refuse('request_not_found', message, path)
}

function findUntimely(observedAt: number, arrival: number, now: number): string | undefined {
  if (observedAt > now + CLOCK_SKEW) return 'is in the future'
  if (observedAt < arrival - CLOCK_SKEW) return 'is before the request that it is about'
  return undefined
}

function invalid(problems: readonly FieldProblem[]): Refusal {
  const words = problems.map(({ path, message }) => `\`${path}\` ${message}`).join('; ')
  return { ...refuse('body_invalid', `${words}.`, problems[0]?.path ?? null), problems }
}

function describeOutcome(exchange: Exchange, key: Key, item: FeedbackItem): OutcomeEvent {
  const { about, name, value } = item
  const at = new Date(exchange.at).toISOString()
  return {
    kind: 'outcome',
    version: 1,
    id: item.id ?? outcomeId(exchange, about, name),
    at,
    observed_at: item.observedAt === undefined ? at : new Date(item.observedAt).toISOString(),
    node: exchange.gateway.identity.node,
    key: key.id,
    tenant: key.tenant,
    request_id: about.kind === 'request' ? about.id : null,
    unit_kind: about.kind === 'unit' ? about.unitKind : null,
    unit: about.kind === 'unit' ? describeUnit(exchange, about.unitKind, about.id) : null,
    name,
    value,
    source: 'feedback',
  }
}

/** As in request events. */
function describeUnit(exchange: Exchange, kind: string, id: string): string {
  const isRaw = exchange.active.snapshot.gateway.record.units === 'raw'
  return isRaw ? id : exchange.gateway.identity.unit(kind, id)
}

/** One outcome of a name for each request and unit: whoever changes their mind replaces it. */
function outcomeId(exchange: Exchange, about: FeedbackSubject, name: string): string {
  const subject =
    about.kind === 'request'
      ? about.id
      : `${about.unitKind}:${exchange.gateway.identity.unit(about.unitKind, about.id)}`
  return `out_${fingerprint(`${subject}:${name}`)}`
}

/** Hands the outcomes to the sink, and answers when the last is written. */
function recordOutcomes(exchange: Exchange, results: readonly (OutcomeEvent | Refusal)[]): void {
  const outcomes = results.filter(result => result.kind === 'outcome')
  let waiting = outcomes.length
  let fate: EventFate = 'written'
  if (waiting === 0) return answer(exchange, results)
  const settled = (one: EventFate) => {
    waiting--
    if (one === 'lost') fate = one
    if (waiting > 0) return
    if (fate === 'written') answer(exchange, results)
    else finishAnswer(exchange, relayRefusal(exchange, notRecorded()))
  }
  for (const outcome of outcomes) exchange.gateway.sink.append(outcome, settled)
}

/** Unlike an answer of a model, this one promises only that something was kept: better asked again than told wrong. */
function notRecorded(): Refusal {
  return {
    ...refuse('not_recorded', 'The outcome could not be written down; send it again.'),
    retryAfter: 1,
  }
}

function answer(exchange: Exchange, results: readonly (OutcomeEvent | Refusal)[]): void {
  const refused = results.find(result => result.kind === 'refusal')
  const status = refused === undefined ? 202 : 207
  const body = exchange.path === ONE ? results.map(describeResult)[0] : describeResults(results)
  const finish = () => sendWhole(exchange.res, status, headersOf(exchange), JSON.stringify(body))
  if (refused === undefined) return finishAnswer(exchange, finish)
  exchange.status = status
  exchange.outcome = 'refused'
  exchange.error = refused.code
  record(exchange, finish)
}

/** No `x-weir-request-id`: nothing is known of this call that could be asked for. */
function headersOf(exchange: Exchange): string[] {
  const headers = ['content-type', 'application/json']
  exchange.spending?.addHeaders(headers)
  return headers
}

function describeResults(results: readonly (OutcomeEvent | Refusal)[]): object {
  const accepted = results.filter(result => result.kind === 'outcome').length
  return {
    object: 'list',
    accepted,
    refused: results.length - accepted,
    data: results.map((result, index) => ({ index, ...describeResult(result) })),
  }
}

/** Without the unit's pseudonym: whoever could ask for it could look for people in a store of events. */
function describeResult(result: OutcomeEvent | Refusal): object {
  if (result.kind === 'refusal') {
    const { code, message, param, problems } = result
    return { object: 'error', status: errorTable[code].status, error: { message, param, code, problems } }
  }
  const { id, name, value, request_id, unit_kind, observed_at } = result
  return { object: 'outcome', status: 202, id, request_id, unit_kind, name, value, observed_at }
}
