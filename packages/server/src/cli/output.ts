// How commands print: results to stdout, everything else to stderr, colours only on a terminal.
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function printError(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** Styled when stdout is a terminal that shows colours. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}
