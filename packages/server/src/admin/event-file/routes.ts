// `POST /api/v1/events/export` and `/import`: events as files, out of this store and into another.
import { Readable } from 'node:stream'
import { z } from '@hono/zod-openapi'
import { type EventKind, recordedEventSchema } from '@weir/core/event'
import type { Context } from 'hono'
import { type EventFile, EventFileError, type IngestReport } from '../../storage/event-store.ts'
import type { AdminApp, AdminEnv } from '../http/env.ts'
import { problem } from '../http/problem.ts'
import { adminRoute, jsonAnswer, jsonBody, send } from '../http/route.ts'
import type { EventExchange, ExportedFile } from './exchange.ts'

/** Its bodies are files of any size: the route reads them by itself. */
export const IMPORT_PATH = '/api/v1/events/import'

const MEDIA_TYPES = {
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const satisfies Readonly<Record<EventFile['format'], string>>

const KINDS = recordedEventSchema.options.map(option => option.shape.kind.value) as [
  EventKind,
  ...EventKind[],
]

const wishSchema = z
  .strictObject({
    kind: z.enum(KINDS).default('request'),
    format: z.enum(['ndjson', 'parquet']).default('ndjson').meta({
      description: 'ndjson: the lines as they were recorded; parquet: a column for each field, for queries',
    }),
    since: z.iso.datetime({ offset: true }).optional().meta({ description: 'At this time or later' }),
    until: z.iso.datetime({ offset: true }).optional().meta({ description: 'Before this time' }),
  })
  .meta({ id: 'EventExport' })

type Wish = z.output<typeof wishSchema>

const fileContent = {
  [MEDIA_TYPES.ndjson]: { schema: z.string() },
  [MEDIA_TYPES.parquet]: { schema: z.string() },
} as const

const exportRoute = adminRoute({
  method: 'post',
  path: '/api/v1/events/export',
  role: 'admin',
  tags: ['Events'],
  summary: 'Export events of one kind as a file',
  description:
    'Oldest first, with everything that was answered before. `x-weir-events` says how many. A POST, for it is recorded in the audit log.',
  problems: ['event_store_unavailable'],
  request: { body: jsonBody(wishSchema) },
  responses: { 200: { description: 'The file', content: fileContent } },
})

const importedSchema = z
  .object({
    taken: z.partialRecord(z.enum(KINDS), z.int().min(0)).meta({
      description: 'By kind; events that were there already are not counted',
    }),
  })
  .meta({ id: 'ImportedEvents' })

const importRoute = adminRoute({
  method: 'post',
  path: IMPORT_PATH,
  role: 'admin',
  tags: ['Events'],
  summary: 'Import a file of exported events',
  description:
    'Of this gateway or another. All of it is taken or, when anything in it is no event, nothing; what is there already is not taken twice. Sending it may take any time, but not stop for half a minute.',
  problems: ['event_store_unavailable', 'body_incomplete'],
  request: { body: { required: true, content: fileContent } },
  responses: { 200: jsonAnswer(importedSchema, 'What was taken') },
})

export function registerEventFiles(app: AdminApp, exchange: EventExchange): void {
  app.openapi(exportRoute, c => answerExport(c, exchange, c.req.valid('json')))
  app.openapi(importRoute, c => answerImport(c, exchange))
}

async function answerExport(
  c: Context<AdminEnv>,
  exchange: EventExchange,
  { kind, format, since, until }: Wish,
): Promise<Response> {
  try {
    const window = {
      ...(since !== undefined && { since: Date.parse(since) }),
      ...(until !== undefined && { until: Date.parse(until) }),
    }
    const exported = await exchange.export({ kind, format, ...window })
    return c.body(streamOf(exported), 200, {
      'content-type': MEDIA_TYPES[format],
      'content-length': String(exported.bytes),
      'content-disposition': `attachment; filename="${kind}-events.${format}"`,
      'x-weir-events': String(exported.events),
    })
  } catch (error) {
    if (!(error instanceof EventFileError)) throw error
    return problem(c, 'event_store_unavailable', { detail: `the file cannot be written: ${error.message}` })
  }
}

/** Closes the file at its end, and when nobody reads on. */
function streamOf({ file }: ExportedFile): ReadableStream {
  return Readable.toWeb(file.createReadStream()) as ReadableStream
}

async function answerImport(c: Context<AdminEnv>, exchange: EventExchange): Promise<Response> {
  const format = formatOf(c.req.header('content-type'))
  if (format === undefined) {
    const detail = `send \`content-type: ${MEDIA_TYPES.ndjson}\` or \`${MEDIA_TYPES.parquet}\``
    return problem(c, 'unsupported_media_type', { detail })
  }
  try {
    return send(c, importedSchema, writeReport(await exchange.import(c.env.incoming, format)))
  } catch (error) {
    if (!(error instanceof EventFileError)) throw error
    return problem(c, 'invalid_body', { detail: error.message })
  }
}

function formatOf(contentType: string | undefined): EventFile['format'] | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  return (['ndjson', 'parquet'] as const).find(format => MEDIA_TYPES[format] === type)
}

function writeReport({ taken }: IngestReport): z.input<typeof importedSchema> {
  return { taken: { ...taken } }
}
