// What compiling needs to know of where it happens.
import type { CurrentTables } from './compile-route.ts'
import type { WarningContext } from './warning.ts'

export interface CompileContext extends WarningContext {
  readonly revision: number
  /** The tables now in force by salt, so that a new config moves the fewest units. */
  readonly tables: CurrentTables
  /** SHA-256 (lower-case hex) of the secret in an environment variable; undefined when it is not set. */
  readonly digestOfEnv: (name: string) => string | undefined
  /** Whether the runtime knows an IANA time zone. */
  readonly isTimeZone: (name: string) => boolean
  /** Whether an npm package can be imported. */
  readonly isPackageInstalled: (name: string) => boolean
}
