// Entry point of the statistics: numbers in, results out. Knows nothing of experiments, configs or events.
export { checkShares, type ShareCheck } from './check/share-check.ts'
export { chiSquareUpperTail } from './distribution/chi-square.ts'
export { quantile } from './distribution/quantile.ts'
