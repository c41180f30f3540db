// Pictures of what methods answer, drawn from the functions themselves.
import { sequenceWidthFigure } from './method-picture/asymptotic-sequence.ts'
import { bestOfManyFigure } from './method-picture/best-of-many.ts'
import { contextualFigure } from './method-picture/contextual-bandits.ts'
import { distributionsFigure } from './method-picture/distributions.ts'
import { groupSequentialFigure } from './method-picture/group-sequential.ts'
import { boundaryFigure } from './method-picture/mixture-boundaries.ts'
import { runTimeFigure } from './method-picture/run-time.ts'
import { sampleRatioFigure } from './method-picture/sample-ratio.ts'
import { sampleSizeFigure } from './method-picture/sample-size.ts'
import { subgroupsFigure } from './method-picture/subgroups.ts'
import { drawFigure, type Figure } from './plot.ts'

/** By the picture's file in docs/statistics/picture, without its ending. */
const figures: Readonly<Record<string, () => Figure>> = {
  'asymptotic-sequence-width': sequenceWidthFigure,
  'best-of-many-chances': bestOfManyFigure,
  'contextual-bandits-shares': contextualFigure,
  'distributions-tails': distributionsFigure,
  'group-sequential-boundaries': groupSequentialFigure,
  'mixture-boundaries-time': boundaryFigure,
  'run-time-days': runTimeFigure,
  'sample-ratio-units': sampleRatioFigure,
  'sample-size-power': sampleSizeFigure,
  'subgroups-shrunken': subgroupsFigure,
}

/** Every picture by its file's name. */
export function renderMethodPictures(): ReadonlyMap<string, string> {
  return new Map(Object.entries(figures).map(([file, figure]) => [`${file}.svg`, drawFigure(figure())]))
}
