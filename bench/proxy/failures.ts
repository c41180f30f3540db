// What makes a run's figures void: answers that were errors, streams that were not open, events that are wrong.
import type { HeldFigures, RoundFigures } from './figures.ts'
import type { CheckedEvents, Results } from './rounds.ts'

function roundFailures({ round, peer, closed, open, streams }: RoundFigures): readonly string[] {
  return Object.entries({ closed, open, streams })
    .filter(([, figures]) => figures.errors > 0)
    .map(
      ([name, figures]) =>
        `${peer}, round ${round}, ${name}: ${figures.errors} of ${figures.errors + figures.completed} failed: ${figures.error}`,
    )
}

function heldFailures({
  peer,
  asked,
  opened,
  upstreamOpen,
  completed,
  error,
}: HeldFigures): readonly string[] {
  const [first, last] = upstreamOpen
  if (opened === asked && first === asked && last === asked && completed === asked) return []
  const counts = `${opened} opened, ${first} and ${last} open at the upstream, ${completed} ended well`
  return [`${peer}: of ${asked} streams to hold, ${counts}${error === undefined ? '' : `: ${error}`}`]
}

const eventFailures = ({ of, problems }: CheckedEvents): readonly string[] =>
  problems.map(problem => `events of ${of}: ${problem}`)

export const failuresOf = ({ rounds, held, events }: Results): readonly string[] => [
  ...rounds.flatMap(roundFailures),
  ...held.flatMap(heldFailures),
  ...events.flatMap(eventFailures),
]
