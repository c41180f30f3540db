// What every answer has: why it ended, what it cost, and what of the request was left out.
import type {
  LanguageModelV4FinishReason,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4Warning,
} from '@ai-sdk/provider'
import { asCount, asString } from '../json.ts'
import type { Finish, ReplyUsage } from '../translation/reply.ts'
import type { LibraryTraits } from './packages.ts'

const FINISHES: Readonly<Record<LanguageModelV4FinishReason['unified'], Finish>> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'filter',
  'tool-calls': 'tool_calls',
  error: 'unknown',
  interrupted: 'unknown',
  other: 'unknown',
}

/** The provider's own word, where the library's says less. */
const RAW_FINISHES: Readonly<Record<string, Finish>> = {
  stop_sequence: 'stop_sequence',
  STOP_SEQUENCE: 'stop_sequence',
  refusal: 'refusal',
  pause_turn: 'pause',
  model_context_window_exceeded: 'length',
}

export function finishOf({ unified, raw }: LanguageModelV4FinishReason): Finish {
  const own = raw !== undefined && Object.hasOwn(RAW_FINISHES, raw) ? RAW_FINISHES[raw] : undefined
  return own ?? FINISHES[unified]
}

/** Whether a stream ended without the provider saying that the answer did. */
export function isInterrupted({ unified, raw }: LanguageModelV4FinishReason): boolean {
  return unified === 'interrupted' || (unified === 'other' && raw === undefined)
}

/** The sequence that ended the answer, where the package tells. */
export function stopSequenceOf(
  metadata: SharedV4ProviderMetadata | undefined,
  traits: LibraryTraits,
): string | null {
  return asString(metadata?.[traits.namespace]?.stopSequence) ?? null
}

export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): ReplyUsage {
  return {
    input: asCount(inputTokens.total),
    cachedInput: asCount(inputTokens.cacheRead),
    cacheWritten: asCount(inputTokens.cacheWrite),
    output: asCount(outputTokens.total),
    reasoning: asCount(outputTokens.reasoning),
  }
}

export function startOf({ id, modelId, timestamp }: LanguageModelV4ResponseMetadata): {
  id: string | null
  model: string | null
  created: number | null
} {
  const created = timestamp === undefined ? Number.NaN : Math.floor(timestamp.getTime() / 1000)
  return { id: id ?? null, model: modelId ?? null, created: Number.isNaN(created) ? null : created }
}

/** The library's names of what it left out, where ours is another than its in snake case. */
const FIELDS: Readonly<Record<string, string>> = {
  stopSequences: 'stop',
  maxOutputTokens: 'max_tokens',
  budgetTokens: 'reasoning',
  'adaptive thinking': 'reasoning',
  toolContent: 'tools',
}

/** Fields the library says it did not send. Its other warnings are advice. */
export function lostFields(warnings: readonly SharedV4Warning[]): readonly string[] {
  const lost = warnings.flatMap(warning => (warning.type === 'unsupported' ? [fieldOf(warning.feature)] : []))
  return [...new Set(lost)]
}

function fieldOf(feature: string): string {
  const own = Object.hasOwn(FIELDS, feature) ? FIELDS[feature] : undefined
  return own ?? feature.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
