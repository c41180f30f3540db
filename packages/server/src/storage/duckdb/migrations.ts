// How the event database came to have its tables: steps that are only ever added to. A database knows how many it has
// been through.
import { EventStoreUnavailableError } from '../event-store.ts'
import type { DuckDbFile, Statements } from './connection.ts'

type Step = readonly string[]

/**
 * `seq` counts events as they are taken in: whatever comes later has a higher one. Times are UTC. `attempt` is a view:
 * a request and its attempts are written, kept and erased as one.
 */
const CREATE_TABLES: Step = [
  `create table batch (id varchar primary key, "at" timestamp not null, last_seq bigint not null)`,
  `create table unread (batch varchar not null, "at" timestamp not null, line varchar not null)`,
  `create table upkeep (name varchar primary key, "at" timestamp not null)`,
  `create table request (
    seq bigint not null, version integer not null, request_id varchar not null, span_trace_id varchar,
    span_id varchar, parent_span_id varchar, span_sampled boolean not null, "at" timestamp not null,
    node varchar not null, revision bigint not null, "key" varchar, tenant varchar, tags varchar[] not null,
    endpoint varchar not null, format varchar, stream boolean not null, model varchar, router varchar, route varchar,
    reason varchar, state varchar, unit_kind varchar, unit varchar, hash_version integer not null, salt varchar,
    bucket integer, propensity double, assigned varchar, served varchar, target varchar,
    attempts struct(variant varchar, target varchar, status integer, failure varchar, code varchar,
      began_ms double, ms double, span_id varchar)[] not null,
    dropped varchar[] not null, status integer not null, outcome varchar not null, error varchar,
    queue_ms double not null, first_token_ms double, total_ms double not null,
    input_tokens bigint, cached_input_tokens bigint, output_tokens bigint, reasoning_tokens bigint,
    usage_estimated boolean not null, cost_nano_usd bigint,
    budget_state varchar, budget_reserved_nano_usd bigint, budget_charged_nano_usd bigint,
    finish_reason varchar, output_length bigint not null, tool_calls bigint not null, tool_names varchar[] not null,
    empty boolean not null, refusal boolean not null, refusal_by varchar, json varchar, repetition double,
    captured boolean not null, region varchar, metadata json not null)`,
  `create view attempt as
    select seq, request_id, "at", position, each.variant, each.target, each.status, each.failure, each.code,
      each.began_ms, each.ms, each.span_id
    from (select seq, request_id, "at", generate_subscripts(attempts, 1) - 1 as position, unnest(attempts) as each
      from request)`,
  `create table assignment (
    seq bigint not null, version integer not null, "at" timestamp not null, node varchar not null,
    request_id varchar not null, revision bigint not null, tenant varchar, router varchar not null,
    route varchar not null, experiment varchar not null, phase integer not null, unit_kind varchar not null,
    unit varchar not null, hash_version integer not null, salt varchar not null, bucket integer not null,
    propensity double not null, variant varchar not null)`,
  `create table outcome (
    seq bigint not null, version integer not null, id varchar not null, "at" timestamp not null,
    observed_at timestamp not null, node varchar not null, "key" varchar not null, tenant varchar not null,
    request_id varchar, unit_kind varchar, unit varchar, name varchar not null, "value" double not null,
    source varchar not null)`,
  `create table shadow (
    seq bigint not null, version integer not null, "at" timestamp not null, node varchar not null,
    request_id varchar not null, revision bigint not null, tenant varchar, router varchar not null,
    route varchar not null, variant varchar not null, target varchar not null, status integer,
    outcome varchar not null, error varchar, first_token_ms double, total_ms double not null,
    input_tokens bigint, cached_input_tokens bigint, output_tokens bigint, reasoning_tokens bigint,
    cost_nano_usd bigint, finish_reason varchar, output_length bigint not null, refusal boolean not null)`,
  `create table revision (
    seq bigint not null, version integer not null, "at" timestamp not null, revision bigint not null,
    actor varchar not null, reason varchar, changes varchar[] not null)`,
  `create table capture (
    seq bigint not null, version integer not null, request_id varchar not null, "at" timestamp not null,
    tenant varchar, router varchar not null, unit varchar, prompt varchar not null, answer varchar not null,
    truncated varchar[] not null, redactions bigint not null)`,
]

const STEPS: readonly Step[] = [CREATE_TABLES]

/** How many steps the tables of this program need. */
export const SCHEMA_VERSION = STEPS.length

/**
 * Takes the steps that the database has not been through, all or none.
 *
 * @throws EventStoreUnavailableError when the database is of a newer program
 */
export function migrate(file: DuckDbFile): Promise<void> {
  return file.write(async statements => {
    await statements.run('create table if not exists schema_version (version integer not null)')
    const version = await currentVersion(statements)
    if (version > SCHEMA_VERSION) throw new EventStoreUnavailableError(tooNew(version))
    if (version === SCHEMA_VERSION) return
    for (const step of STEPS.slice(version)) for (const statement of step) await statements.run(statement)
    await statements.run('delete from schema_version')
    await statements.run('insert into schema_version values ($1)', [SCHEMA_VERSION])
  })
}

async function currentVersion(statements: Statements): Promise<number> {
  const [row] = await statements.all('select version from schema_version')
  return row === undefined ? 0 : Number(row['version'])
}

function tooNew(version: number): string {
  return (
    `the event database is of a newer weir (schema ${version}, this one knows ${SCHEMA_VERSION}); ` +
    'start that version, or move the file aside'
  )
}
