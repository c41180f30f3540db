// Entry point of the signals: formulae over the text of an answer.
export { isRefusal, REFUSAL_OPENING } from './refusal.ts'
export { measureRepetition, REPETITION_WINDOW } from './repetition.ts'
