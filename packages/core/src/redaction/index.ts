// Entry point of redaction: what must not be kept of a text is found and replaced.
export { BUILT_IN_NAMES, type BuiltInPattern } from './built-in.ts'
export { problemOfPattern } from './custom-pattern.ts'
export { type Redacted, type RedactionRules, Redactor } from './redactor.ts'
