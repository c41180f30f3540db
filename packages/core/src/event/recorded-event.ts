// Everything that is recorded: one line of JSON each, told apart by `kind`.
import { z } from 'zod'
import { assignmentEventSchema } from './assignment-event.ts'
import { captureEventSchema } from './capture-event.ts'
import { outcomeEventSchema } from './outcome-event.ts'
import { requestEventSchema } from './request-event.ts'
import { revisionEventSchema } from './revision-event.ts'
import { shadowEventSchema } from './shadow-event.ts'

export const recordedEventSchema = z.discriminatedUnion('kind', [
  requestEventSchema,
  assignmentEventSchema,
  outcomeEventSchema,
  shadowEventSchema,
  revisionEventSchema,
  captureEventSchema,
])

export type RecordedEvent = z.infer<typeof recordedEventSchema>
export type EventKind = RecordedEvent['kind']
