// Whether a provider can be called as it is configured: a request for its list of models, or a short answer of one model
// where there is no list. What comes back is a verdict, never the provider's words.
import type { ProviderConfig, Snapshot } from '@weir/core/config'
import type { PrivateNetworks } from '../../network/base-url.ts'
import type { ProviderDialect } from '../../provider/translation/dialect.ts'
import { Losses } from '../../provider/translation/loss.ts'
import type { Prompt } from '../../provider/translation/prompt.ts'
import type { WireFormats } from '../../provider/wire-format.ts'
import type { Probe, ProbeRequest, ProbeResult } from './probe.ts'

export interface TestedProvider {
  readonly id: string
  readonly snapshot: Snapshot
  /** The credential to try. */
  readonly secret: string | undefined
  /** `provider/model` to ask for a short answer; default: the list of models. */
  readonly model: string | undefined
  readonly networks: PrivateNetworks
}

export const TEST_ERRORS = [
  'not_testable',
  'no_credential',
  'address_refused',
  'dns',
  'timeout',
  'tls',
  'unreachable',
  'redirected',
  'credential',
  'no_model_list',
  'model_gone',
  'rate_limited',
  'rejected',
  'server_error',
] as const

export type TestError = (typeof TEST_ERRORS)[number]

export interface TestResult {
  readonly ok: boolean
  readonly status: number | null
  readonly ms: number | null
  readonly error: TestError | null
}

export async function testConnection(
  tested: TestedProvider,
  { formats, probe }: { readonly formats: WireFormats; readonly probe: Probe },
): Promise<TestResult> {
  const { id, snapshot, secret } = tested
  const provider = snapshot.providers[id]
  if (provider === undefined || provider.type === 'ai-sdk') return failed('not_testable')
  if (provider.credential !== undefined && secret === undefined) return failed('no_credential')
  const { provider: dialect } = formats.byName[provider.type]
  return verdictOf(await probe(probeRequest(tested, provider, dialect)), tested.model)
}

function failed(error: TestError): TestResult {
  return { ok: false, status: null, ms: null, error }
}

function probeRequest(
  { snapshot, secret, model, networks }: TestedProvider,
  provider: ProviderConfig,
  dialect: ProviderDialect,
): ProbeRequest {
  const base = (provider.base_url ?? '').replace(/\/$/, '')
  const headers = {
    ...Object.fromEntries(dialect.headers),
    ...credentialHeader(provider, secret),
    ...provider.headers,
  }
  if (model === undefined) return { method: 'GET', url: `${base}/models`, headers, networks }
  const body = JSON.stringify(shortRequest(snapshot, provider, model, dialect))
  const json = { 'content-type': 'application/json' }
  return { method: 'POST', url: base + dialect.path, headers: { ...headers, ...json }, body, networks }
}

function credentialHeader(provider: ProviderConfig, secret: string | undefined): Record<string, string> {
  if (secret === undefined) return {}
  const name = provider.credential_header
  return { [name]: name === 'authorization' ? `Bearer ${secret}` : secret }
}

/** Services refuse fewer: a model that thinks has to come to a word. */
const SHORT_ANSWER_TOKENS = 16

const SHORT_PROMPT: Prompt = {
  system: [],
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Say OK.' }] }],
  tools: [],
  toolChoice: undefined,
  calls: undefined,
  format: undefined,
  reasoning: undefined,
  sampling: {},
  stop: [],
  maxTokens: SHORT_ANSWER_TOKENS,
  user: undefined,
  stream: false,
  streamUsage: 'never',
}

function shortRequest(
  snapshot: Snapshot,
  provider: ProviderConfig,
  id: string,
  dialect: ProviderDialect,
): object {
  const target = snapshot.models[id]
  const { output, reasoning, json } = target?.capabilities ?? {}
  const traits = {
    model: target?.model ?? id.slice(id.indexOf('/') + 1),
    outputLimit: output,
    reasoning,
    json,
    maxTokensField: provider.max_tokens_field,
    reasoningField: provider.reasoning_field,
    streamUsage: 'never',
  } as const
  return dialect.write(SHORT_PROMPT, traits, new Losses()).body
}

function verdictOf(result: ProbeResult, model: string | undefined): TestResult {
  const { ms } = result
  if (result.kind === 'failed') return { ok: false, status: null, ms, error: result.error }
  const { status } = result
  if (status < 300) return { ok: true, status, ms, error: null }
  return { ok: false, status, ms, error: errorOf(status, model) }
}

function errorOf(status: number, model: string | undefined): TestError {
  if (status < 400) return 'redirected'
  if (status === 401 || status === 403) return 'credential'
  if (status === 404 || status === 405) return model === undefined ? 'no_model_list' : 'model_gone'
  if (status === 429) return 'rate_limited'
  return status < 500 ? 'rejected' : 'server_error'
}
