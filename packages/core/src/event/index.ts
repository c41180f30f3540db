// Entry point of event: schemas of what is recorded, and the arithmetic of cost.
export { type AttemptRecord, attemptSchema, type RequestEvent, requestEventSchema } from './request-event.ts'
export { costNanoUsd, type Usage, usageSchema } from './usage.ts'
