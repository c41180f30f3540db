// What OpenTelemetry's semantic conventions for generative AI call the vendors that they know.
import type { ProviderConfig } from '@weir/core/config'

const BY_PRESET: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  azure: 'azure.ai.openai',
  deepseek: 'deepseek',
  gemini: 'gcp.gemini',
  groq: 'groq',
  mistral: 'mistral_ai',
  openai: 'openai',
  perplexity: 'perplexity',
  xai: 'x_ai',
}

const BY_PACKAGE: Readonly<Record<string, string>> = {
  '@ai-sdk/amazon-bedrock': 'aws.bedrock',
  '@ai-sdk/azure': 'azure.ai.openai',
  '@ai-sdk/cohere': 'cohere',
  '@ai-sdk/google': 'gcp.gemini',
  '@ai-sdk/google-vertex': 'gcp.vertex_ai',
  '@ai-sdk/groq': 'groq',
  '@ai-sdk/mistral': 'mistral_ai',
  '@ai-sdk/xai': 'x_ai',
}

/** `gen_ai.provider.name`: the vendor's, or the provider's own id for one that the conventions do not know. */
export function otelProviderName(id: string, provider: ProviderConfig | undefined): string {
  const { preset = '', package: library = '' } = provider ?? {}
  return BY_PRESET[preset] ?? BY_PACKAGE[library] ?? id
}
