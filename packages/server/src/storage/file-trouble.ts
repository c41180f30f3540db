// What went wrong with a file, in words that anybody may read.
import { getSystemErrorMessage } from 'node:util'

/**
 * `no space left on device (ENOSPC)`: without the path that an error of the system names, since health is told to everybody
 * who may reach the port. Other errors in their own words.
 */
export function fileTrouble(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, errno } = error as NodeJS.ErrnoException
  return code === undefined || errno === undefined
    ? error.message
    : `${getSystemErrorMessage(errno)} (${code})`
}
