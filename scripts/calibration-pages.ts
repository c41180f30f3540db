// Which simulations each method's page shows a picture of.
import { allScenarios } from '../packages/core/src/stats/calibration/scenarios.ts'

/** Names of scenarios by the name of the page in docs/statistics, without its ending. */
export const scenariosOfPages: Readonly<Record<string, readonly string[]>> = {
  'aa-uniformity': ['checks over time'],
  'adaptive-effect': ['bandit, effect'],
  'aipw-sequence': [
    'every unit, drift and a re-weight',
    'every unit, drifting rates',
    'bandit, effect',
    ...named('canary'),
    'every look, relative effect and a re-weight',
  ],
  'always-valid': [...named('every '), ...named('canary')],
  'asymptotic-sequence': [
    'every unit, normal',
    'every unit, log-normal',
    'every unit, winsorised',
    'every unit, clustered',
    'every unit, relative effect',
    'every unit, Pareto 2.5',
    ...named('canary'),
    'every look, CUPED',
    'every look, counts',
  ],
  'bayesian-effect': named('credible intervals'),
  'bounded-means': ['every unit, bounded values', 'every unit, hedged intervals'],
  'complier-effect': ['assigned and served'],
  counts: ['counts', 'every look, counts'],
  cuped: ['one look, CUPED', 'intervals, CUPED', 'intervals, CUPED of ratios', 'every look, CUPED'],
  'e-values': [
    'every unit, rare failures',
    'every unit, drifting rates',
    'every pair, mixture SPRT',
    'every look, many tests',
  ],
  'group-sequential': named('looks, '),
  interactions: ['two experiments'],
  margins: ['margins'],
  means: [
    'one look, normal',
    'one look, log-normal',
    'one look, log-normal, 90 / 10',
    'one look, Pareto 2.5',
    'intervals, normal',
    'intervals, log-normal',
  ],
  'mixture-sprt': ['every pair, mixture SPRT'],
  'multiple-exposures': ['checks over time'],
  multiplicity: ['one look, many metrics', 'every look, many tests'],
  novelty: ['checks over time'],
  'off-policy': named('off-policy'),
  proportions: ['one look, proportions', 'intervals, proportions', 'intervals, ratios of few events'],
  'quantile-sequence': named('every value'),
  quantiles: ['intervals, quantiles'],
  ranks: ['one look, normal', 'one look, log-normal', 'one look, Pareto 2.5', 'intervals, normal'],
  'rate-sequence': [
    'every unit, rare failures',
    'every unit, drifting rates',
    'every unit, two failure rates',
    'every unit, failure rate from one side',
  ],
  ratios: ['one look, clustered', 'intervals, ratios'],
  'relative-effects': [
    'intervals, log-normal',
    'intervals, ratios',
    'intervals, proportions',
    'intervals, ratios of few events',
    'every look, relative effect and a re-weight',
  ],
  'sample-ratio': named('shares'),
  'sample-size': named('power'),
  'sequential-guardrail': ['every unit, relative effect', 'canary, guardrail'],
  strata: ['one look, drift and a re-weight', 'looks, drift and a re-weight'],
  subgroups: ['subgroups'],
  summaries: ['one look, winsorised', 'intervals, winsorised', 'every unit, winsorised'],
  'track-and-stop': ['bandit, stopping', 'bandit, stopping under tracking shares'],
}

function named(start: string): readonly string[] {
  return allScenarios.map(({ name }) => name).filter(name => name.startsWith(start))
}
