// Where spans are sent: what the config says, else the standard variables OTEL_*, which the exporter reads itself.
import type { TelemetryConfig } from '@weir/core/config'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Destination {
  readonly protocol: 'http/protobuf' | 'http/json'
  /** What the exporter is told; what is left out it reads from the environment. */
  readonly options: {
    readonly url?: string
    readonly headers?: Record<string, string>
    readonly timeoutMillis?: number
  }
}

/** @returns undefined when spans are sent nowhere */
export function destinationOf(
  otlp: TelemetryConfig['otlp'],
  env: Environment,
  warn: (message: string) => void,
): Destination | undefined {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  if (otlp !== undefined) {
    const { endpoint: url, protocol, timeout: timeoutMillis } = otlp
    return { protocol, options: { url, timeoutMillis, headers: headersOf(otlp.headers, env, warn) } }
  }
  return isSetInEnvironment(env) ? { protocol: protocolOf(env, warn), options: {} } : undefined
}

function isSetInEnvironment(env: Environment): boolean {
  if (env.OTEL_TRACES_EXPORTER === 'none') return false
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  return endpoint !== undefined && endpoint !== ''
}

function protocolOf(env: Environment, warn: (message: string) => void): Destination['protocol'] {
  const named = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf'
  if (named === 'http/json' || named === 'http/protobuf') return named
  warn(`the OTLP protocol ${named} is not supported; spans are sent as http/protobuf`)
  return 'http/protobuf'
}

function headersOf(
  declared: NonNullable<TelemetryConfig['otlp']>['headers'],
  env: Environment,
  warn: (message: string) => void,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, reference] of Object.entries(declared)) {
    const value = env[reference.env]
    if (value === undefined || value === '')
      warn(`${reference.env} is not set: spans are sent without the header ${name}`)
    else headers[name] = value
  }
  return headers
}
