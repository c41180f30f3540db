// Presets: what is known of services that speak OpenAI's or Anthropic's format, as data: where they are, where the
// credential goes, and where they differ. Without zod, because documents and tests read it too.
//
// From the services' documentation as stored in November 2026: the pages on OpenAI compatibility of Groq, Together AI,
// Fireworks AI, Cerebras, Google (Gemini API), Ollama, LM Studio and SGLang; the references of Mistral, DeepSeek, xAI,
// OpenRouter and NVIDIA's API catalog; "Migrate from Sonar to the Agent API" (Perplexity); "Reasoning Outputs" (vLLM);
// "Messages API" (TGI); the README of llama.cpp's server; and, for Azure's base URL and header and for the reasoning
// that goes back to Groq and DeepSeek, the AI SDK's providers of these names. A quirk that could not be confirmed is
// left out: the default of the wire format holds.

/** Endpoints that can be split, by the wire format whose they are. */
export const ENDPOINTS = {
  openai: ['chat', 'completions', 'embeddings', 'responses'],
  anthropic: ['messages'],
} as const

export type WireFormat = keyof typeof ENDPOINTS
export type EndpointName = (typeof ENDPOINTS)[WireFormat][number]

/** Endpoints whose requests can be translated to any other of them. */
export const TRANSLATED_ENDPOINTS: readonly EndpointName[] = ['chat', 'responses', 'messages']

/** The endpoint that a provider of a format needs for translated requests to reach it. */
export const TRANSLATION_ENDPOINT: Readonly<Record<WireFormat, EndpointName>> = {
  openai: 'chat',
  anthropic: 'messages',
}

/** Fields that OpenAI-compatible services name differently. */
export const MAX_TOKENS_FIELDS = ['max_tokens', 'max_completion_tokens'] as const
export const REASONING_FIELDS = ['reasoning_content', 'reasoning', 'none'] as const

export interface Preset {
  /** The service as people call it. */
  readonly service: string
  readonly type: WireFormat
  /** Absent when every customer has one of their own: then `form` tells how it is written. */
  readonly base_url?: string
  readonly form?: string
  /** Whether the service answers nobody without a credential. Servers of one's own may be open. */
  readonly credential: 'needed' | 'optional'
  readonly credential_header?: string
  readonly stream_usage?: 'never'
  readonly endpoints?: readonly EndpointName[]
  readonly max_tokens_field?: (typeof MAX_TOKENS_FIELDS)[number]
  readonly reasoning_field?: (typeof REASONING_FIELDS)[number]
}

export const PRESETS = {
  openai: {
    service: 'OpenAI',
    type: 'openai',
    base_url: 'https://api.openai.com/v1',
    credential: 'needed',
    max_tokens_field: 'max_completion_tokens',
  },
  'azure-openai': {
    service: 'Azure OpenAI',
    type: 'openai',
    form: 'https://<resource>.openai.azure.com/openai/v1',
    credential: 'needed',
    credential_header: 'api-key',
    max_tokens_field: 'max_completion_tokens',
  },
  groq: {
    service: 'Groq',
    type: 'openai',
    base_url: 'https://api.groq.com/openai/v1',
    credential: 'needed',
    endpoints: ['chat', 'responses'],
    reasoning_field: 'reasoning',
  },
  together: {
    service: 'Together AI',
    type: 'openai',
    base_url: 'https://api.together.ai/v1',
    credential: 'needed',
    endpoints: ['chat', 'completions', 'embeddings'],
  },
  fireworks: {
    service: 'Fireworks AI',
    type: 'openai',
    base_url: 'https://api.fireworks.ai/inference/v1',
    credential: 'needed',
    reasoning_field: 'reasoning_content',
  },
  mistral: {
    service: 'Mistral',
    type: 'openai',
    base_url: 'https://api.mistral.ai/v1',
    credential: 'needed',
    // It refuses `stream_options` with 422, and reports usage in the last chunk without being asked.
    stream_usage: 'never',
    endpoints: ['chat', 'embeddings'],
  },
  deepseek: {
    service: 'DeepSeek',
    type: 'openai',
    base_url: 'https://api.deepseek.com',
    credential: 'needed',
    endpoints: ['chat'],
    reasoning_field: 'reasoning_content',
  },
  xai: { service: 'xAI', type: 'openai', base_url: 'https://api.x.ai/v1', credential: 'needed' },
  openrouter: {
    service: 'OpenRouter',
    type: 'openai',
    base_url: 'https://openrouter.ai/api/v1',
    credential: 'needed',
    reasoning_field: 'reasoning',
  },
  perplexity: {
    service: 'Perplexity',
    type: 'openai',
    base_url: 'https://api.perplexity.ai/v1',
    credential: 'needed',
    // Its chat completions ended on 27 September 2026; the Agent API that took their place speaks Responses.
    endpoints: ['responses'],
  },
  cerebras: {
    service: 'Cerebras',
    type: 'openai',
    base_url: 'https://api.cerebras.ai/v1',
    credential: 'needed',
    endpoints: ['chat', 'completions'],
  },
  'nvidia-nim': {
    service: 'NVIDIA NIM',
    type: 'openai',
    base_url: 'https://integrate.api.nvidia.com/v1',
    credential: 'needed',
  },
  gemini: {
    service: "Gemini's OpenAI endpoint",
    type: 'openai',
    base_url: 'https://generativelanguage.googleapis.com/v1beta/openai',
    credential: 'needed',
    endpoints: ['chat', 'embeddings'],
  },
  vllm: {
    service: 'vLLM',
    type: 'openai',
    base_url: 'http://localhost:8000/v1',
    credential: 'optional',
    reasoning_field: 'reasoning',
  },
  sglang: {
    service: 'SGLang',
    type: 'openai',
    base_url: 'http://localhost:30000/v1',
    credential: 'optional',
    endpoints: ['chat', 'completions', 'embeddings'],
  },
  ollama: {
    service: 'Ollama',
    type: 'openai',
    base_url: 'http://localhost:11434/v1',
    credential: 'optional',
  },
  'llama-cpp': {
    service: 'llama.cpp',
    type: 'openai',
    base_url: 'http://localhost:8080/v1',
    credential: 'optional',
    reasoning_field: 'reasoning_content',
  },
  'lm-studio': {
    service: 'LM Studio',
    type: 'openai',
    base_url: 'http://localhost:1234/v1',
    credential: 'optional',
  },
  litellm: {
    service: 'LiteLLM',
    type: 'openai',
    base_url: 'http://localhost:4000/v1',
    credential: 'optional',
  },
  tgi: {
    service: 'TGI',
    type: 'openai',
    base_url: 'http://localhost:3000/v1',
    credential: 'optional',
    endpoints: ['chat', 'completions'],
  },
  anthropic: {
    service: 'Anthropic',
    type: 'anthropic',
    base_url: 'https://api.anthropic.com/v1',
    credential: 'needed',
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof PRESETS

export function presetOf(name: PresetName): Preset {
  return PRESETS[name]
}
