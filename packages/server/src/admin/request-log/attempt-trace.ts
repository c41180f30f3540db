// What became of a decision, in words: whom it called, why it went on to the next, and what the client got.
import type { AttemptRecord, RequestEvent } from '@weir/core/event'
import type { RecordedStep } from './recorded-step.ts'

export function attemptSteps({ attempts, assigned }: RequestEvent): RecordedStep[] {
  const steps = attempts.map(
    (attempt, index): RecordedStep => ({
      stage: 'attempt',
      text: `${kindOf(attempt, attempts[index - 1])} ${attempt.variant} (${attempt.target}) ${resultOf(attempt)}`,
    }),
  )
  return isPassedOver(assigned, attempts[0]) ? [passedOver(assigned), ...steps] : steps
}

/** Only what is ejected is passed over. */
function isPassedOver(assigned: string | null, first: AttemptRecord | undefined): assigned is string {
  return assigned !== null && first !== undefined && first.variant !== assigned
}

function passedOver(assigned: string): RecordedStep {
  return { stage: 'attempt', text: `${assigned} was not called: its target was ejected after failures` }
}

function kindOf({ variant }: AttemptRecord, before: AttemptRecord | undefined): string {
  if (before === undefined) return 'called'
  return before.variant === variant ? 'called again' : 'then called, as a fallback,'
}

function resultOf({ status, failure, code, ms }: AttemptRecord): string {
  const took = `after ${Number(ms.toFixed(1))} ms`
  const said = status === null ? 'no status' : `status ${status}`
  if (failure === null) return `answered, ${said}, ${took}`
  return `failed: ${failure}, ${said}${code === null ? '' : `, code ${code}`}, ${took}`
}

export function outcomeStep({ outcome, status, error, assigned, served }: RequestEvent): RecordedStep {
  const answered = served === null ? 'nobody answered' : `${served} answered${standIn(assigned, served)}`
  const why = error === null ? '' : `, ${error}`
  return { stage: 'outcome', text: `${outcome}: ${answered}; the client got status ${status}${why}` }
}

function standIn(assigned: string | null, served: string): string {
  return assigned === null || assigned === served ? '' : ` in place of ${assigned}`
}
