// One step of what happened to a request, told afterwards.

/** `stage` is stable for programs, `text` is for people. */
export interface RecordedStep {
  readonly stage:
    | 'routing'
    | 'model'
    | 'condition'
    | 'unit'
    | 'bucket'
    | 'override'
    | 'state'
    | 'variant'
    | 'plan'
    | 'attempt'
    | 'outcome'
  readonly text: string
}
