// What the gateway's response headers say about a request: its id, the decision, and who served it.
import type { Dispatcher } from 'undici'

export interface Labels {
  readonly requestId: string | null
  readonly route: string | null
  /** The variant assigned. */
  readonly variant: string | null
  /** The variant whose answer came back. */
  readonly served: string | null
  /** The kind of unit that decided. */
  readonly unit: string | null
}

export const noLabels: Labels = { requestId: null, route: null, variant: null, served: null, unit: null }

export function labelsOf(headers: Dispatcher.ResponseData['headers']): Labels {
  const read = (name: string) => {
    const value = headers[name]
    return (Array.isArray(value) ? value[0] : value) ?? null
  }
  const variant = read('x-weir-variant')
  return {
    requestId: read('x-weir-request-id'),
    route: read('x-weir-route'),
    variant,
    served: read('x-weir-served') ?? variant,
    unit: read('x-weir-unit'),
  }
}
