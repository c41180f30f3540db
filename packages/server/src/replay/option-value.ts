// Reads the values of the command's options; a bad one is commander's InvalidArgumentError, which names the option.
import { InvalidArgumentError } from 'commander'

function parseNumber(text: string): number {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
}

export function parsePositive(text: string): number {
  const value = parseNumber(text)
  if (value > 0 && value < Infinity) return value
  throw new InvalidArgumentError('It must be a number above 0.')
}

export function parseCount(text: string): number {
  const value = parseNumber(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('It must be a whole number of at least 1.')
}

export function parseShare(text: string): number {
  const value = parseNumber(text)
  if (value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('It must be a share from 0 to 1.')
}

export function parseSeed(text: string): number {
  const value = parseNumber(text)
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value
  throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.')
}

export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new InvalidArgumentError('It must be a URL like http://127.0.0.1:8787.')
}
