// The program's log: JSON lines on stderr.
import { pino } from 'pino'

export type Log = pino.Logger

export function openLog(): Log {
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
}
