// Option values that commands share.
import { InvalidArgumentError } from 'commander'

export function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || text.trim() === '') {
    throw new InvalidArgumentError('must be a port, 0 to 65535')
  }
  return port
}

export function parseSpeed(text: string): number {
  const speed = Number(text)
  if (!(speed > 0) || speed > 1000)
    throw new InvalidArgumentError('must be a factor above 0 and at most 1000')
  return speed
}

export function parseWorkers(text: string): number {
  const workers = Number(text)
  if (!Number.isInteger(workers) || workers < 1 || workers > 64)
    throw new InvalidArgumentError('must be 1 to 64')
  return workers
}

/** `30s`, `500ms`, `2m`: milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})(ms|s|m)$/.exec(text)
  if (match === null) throw new InvalidArgumentError('must be a duration like 500ms, 30s or 2m')
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[match[2] as 'ms' | 's' | 'm']
}

export function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || text.trim() === '')
    throw new InvalidArgumentError('must be a whole number above 0')
  return count
}
