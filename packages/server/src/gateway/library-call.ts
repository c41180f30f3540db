// A call that a library speaks: it says what to send and understands what comes back; connection, timeouts, abort and
// accounting are the gateway's, as for any other.
import type { ActiveVariant } from '@weir/core/routing'
import type { LibraryCall, LibraryProvider, LibraryRefusal, LibraryRequest } from '../provider/library.ts'
import { Losses } from '../provider/translation/loss.ts'
import type { AnswerFacts } from '../provider/wire-format.ts'
import type { Attempt } from './attempt.ts'
import { type Failure, failure } from './failure.ts'
import { LibrarySource } from './library-source.ts'
import { prepareVariant } from './prepared-variant.ts'
import type { LibraryUpstream } from './targets.ts'
import { adjustPrompt, echoOf, notTranslatable } from './translated-call.ts'
import type { Call } from './upstream-call.ts'
import { foreignHeaders } from './upstream-request.ts'

/** One call that a library has begun. */
export interface LibraryOutgoing {
  readonly kind: 'library'
  readonly source: LibrarySource
  /** Sends the library's request for the attempt, once it is known. */
  send(attempt: Attempt): void
}

/** Begins a call; a Failure when the library cannot be had or cannot serve the endpoint. */
export async function prepareLibraryCall(
  call: Call,
  variant: ActiveVariant,
  upstream: LibraryUpstream,
  facts: AnswerFacts,
): Promise<LibraryOutgoing | Failure> {
  const dialect = call.endpoint.client
  if (dialect === null)
    return failure('unsupported', `${variant.target.id} cannot serve ${call.endpoint.path}`, 'endpoint')
  const opened = await upstream.library
  if (opened.kind === 'problem') return failure('unsupported', opened.message, 'library')
  const losses = new Losses()
  const client = dialect.read(call.body.json, losses)
  const prompt = adjustPrompt(client.prompt, call, variant, upstream)
  const { parameters } = prepareVariant(upstream, variant)
  const started = (opened satisfies LibraryProvider).start(variant.target.model, prompt, parameters, losses)
  const judgeLost = (fields: readonly string[]) => judge(call, variant, losses, fields)
  const source = new LibrarySource({
    call: started,
    client,
    echo: echoOf(call, variant),
    facts,
    judgeLost,
  })
  const send = (attempt: Attempt) => void sendRequest(call, variant, started, attempt, judgeLost)
  return { kind: 'library', source, send }
}

/** What the library left out beyond what the translation did; both must be dropped by the variant, or hints. */
function judge(
  call: Call,
  variant: ActiveVariant,
  losses: Losses,
  fields: readonly string[],
): Failure | undefined {
  for (const field of fields) losses.demand(field)
  const [lost] = losses.undropped(variant.settings?.drop ?? [])
  if (lost !== undefined) return notTranslatable(lost, variant, 'its own format, through a library')
  call.exchange.dropped = losses.fields
  return undefined
}

async function sendRequest(
  call: Call,
  variant: ActiveVariant,
  started: LibraryCall,
  attempt: Attempt,
  judgeLost: (fields: readonly string[]) => Failure | undefined,
): Promise<void> {
  const request = await started.request
  if (request.kind === 'refusal') return attempt.refuse(failureOf(request))
  const lost = judgeLost([])
  if (lost !== undefined) return attempt.refuse(lost)
  dispatch(call, variant, request, attempt)
}

function dispatch(call: Call, variant: ActiveVariant, request: LibraryRequest, attempt: Attempt): void {
  const { exchange, endpoint } = call
  const url = new URL(request.url)
  const own = Object.entries(variant.settings?.headers ?? {}).flat()
  const headers = foreignHeaders(exchange, endpoint.format, [
    ...request.headers.flatMap(([name, value]) => [name.toLowerCase(), value]),
    ...own.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text)),
    'accept-encoding',
    'identity',
  ])
  exchange.gateway.targets
    .libraryPool(url.origin)
    .dispatch({ method: 'POST', path: url.pathname + url.search, headers, body: request.body }, attempt)
}

function failureOf({ reason, error }: LibraryRefusal): Failure {
  return reason === 'not_translatable'
    ? failure('not_translatable', error.message, error.code)
    : failure('unsupported', error.message, error.code ?? reason)
}
