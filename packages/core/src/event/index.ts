// Entry point of event: schemas of what is recorded, and the arithmetic of cost.
export { costNanoUsd } from './cost.ts'
export { type AttemptRecord, attemptSchema, type RequestEvent, requestEventSchema } from './request-event.ts'
export { type Usage, usageSchema } from './usage.ts'
