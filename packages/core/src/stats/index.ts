// Entry point of the statistics: numbers in, results out. Knows nothing of experiments, configs or events.
export { checkShares, type ShareCheck } from './check/share-check.ts'
export { betaCdf, betaQuantile, betaUpperTail, logBeta, logGamma } from './distribution/beta.ts'
export { binomialCdf, binomialUpperTail, clopperPearson } from './distribution/binomial.ts'
export { chiSquareUpperTail } from './distribution/chi-square.ts'
export { normalCdf, normalDensity, normalQuantile, normalUpperTail } from './distribution/normal.ts'
export { quantile } from './distribution/quantile.ts'
export { studentCdf, studentQuantile, studentUpperTail } from './distribution/student.ts'
export { drawBeta, drawGamma, drawNormal, type Rng, seededRng } from './rng/rng.ts'
