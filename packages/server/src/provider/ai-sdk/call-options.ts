// A prompt as the library's call: everything its interface can say, what a package's own options can say beyond it,
// and a loss for each thing that neither can.
import type {
  JSONObject,
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ToolChoice,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider'
import { asObject } from '../json.ts'
import { BUDGET_EFFORTS } from '../openai/chat-body.ts'
import type { Effort, OutputFormat, Prompt, Tool, ToolChoice } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import type { Context } from './context.ts'
import { writeMessages } from './messages.ts'

type CallOptions = LanguageModelV4CallOptions

/** `options` are `provider_options` of the variant; they win over what the prompt asks for. */
export function writeCall(prompt: Prompt, options: JsonObject, context: Context): CallOptions {
  const tools = prompt.tools.map(tool => writeTool(tool, context))
  return {
    prompt: writeMessages(prompt, context),
    ...writeSettings(prompt, context),
    ...(tools.length === 0 ? {} : { tools }),
    ...(prompt.toolChoice === undefined ? {} : { toolChoice: writeChoice(prompt.toolChoice) }),
    ...(prompt.format === undefined ? {} : { responseFormat: writeFormat(prompt.format) }),
    ...writeOwnOptions(prompt, options, context),
  }
}

/** Numbers and stop sequences: those the package knows not are reported before anything is sent. */
function writeSettings(prompt: Prompt, { traits, losses }: Context): Partial<CallOptions> {
  const { temperature, topP, topK, seed, frequencyPenalty, presencePenalty } = prompt.sampling
  const tooHot =
    temperature !== undefined && temperature > (traits.maxTemperature ?? Number.POSITIVE_INFINITY)
  if (tooHot) losses.demand('temperature')
  const can = <T>(name: string, value: T | undefined): T | undefined => {
    if (value === undefined || !traits.unsupported.includes(name)) return value
    losses.demand(name)
    return undefined
  }
  return withoutUndefined({
    maxOutputTokens: maxOutputTokens(prompt, traits.budgetOnTop),
    temperature: tooHot ? undefined : temperature,
    topP,
    topK: can('top_k', topK),
    seed: can('seed', seed),
    frequencyPenalty: can('frequency_penalty', frequencyPenalty || undefined),
    presencePenalty: can('presence_penalty', presencePenalty || undefined),
    stopSequences: can('stop', prompt.stop.length === 0 ? undefined : [...prompt.stop]),
  })
}

function withoutUndefined<T extends object>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as never
}

function maxOutputTokens(
  { maxTokens, reasoning }: Prompt,
  budgetOnTop: true | undefined,
): number | undefined {
  const budget = budgetOnTop === undefined ? undefined : reasoning?.budget
  return maxTokens === undefined || budget === undefined || budget >= maxTokens
    ? maxTokens
    : maxTokens - budget
}

function writeTool(tool: Tool, { traits, losses }: Context): LanguageModelV4FunctionTool {
  if (tool.cacheControl !== undefined) losses.hint('cache_control')
  if (tool.strict === true && traits.strictTools === 'left out') losses.hint('strict')
  return {
    type: 'function',
    name: tool.name,
    inputSchema: (tool.schema ?? { type: 'object', properties: {} }) as JSONSchema7,
    ...withoutUndefined({ description: tool.description, strict: tool.strict }),
  }
}

function writeChoice(choice: ToolChoice): LanguageModelV4ToolChoice {
  return choice.kind === 'named' ? { type: 'tool', toolName: choice.name } : { type: choice.kind }
}

function writeFormat(format: OutputFormat): NonNullable<CallOptions['responseFormat']> {
  if (format.kind === 'json') return { type: 'json' }
  const { schema, name, description } = format
  return { type: 'json', schema: schema as JSONSchema7, ...withoutUndefined({ name, description }) }
}

/** Reasoning, and everything that goes into the package's own options. */
function writeOwnOptions(prompt: Prompt, given: JsonObject, context: Context): Partial<CallOptions> {
  const { traits } = context
  const wish = writeWish(prompt, context)
  const own = {
    ...traits.defaults,
    ...wish.own,
    ...writeWords(prompt, context),
    ...asObject(given[traits.namespace]),
  }
  const all = { ...given, ...(Object.keys(own).length === 0 ? {} : { [traits.namespace]: own }) }
  return {
    ...(wish.effort === undefined ? {} : { reasoning: wish.effort }),
    ...(Object.keys(all).length === 0 ? {} : { providerOptions: all as SharedV4ProviderOptions }),
  }
}

/** What some packages have an option for. */
function writeWords({ user, calls, format, tools }: Prompt, { traits, losses }: Context): JSONObject {
  const own: JSONObject = {}
  if (user !== undefined && traits.userOption === undefined) losses.hint('user')
  if (user !== undefined && traits.userOption !== undefined) own[traits.userOption] = user
  const single = calls === 'one' && tools.length > 0
  if (single && traits.parallelOption === undefined) losses.demand('parallel_tool_calls')
  if (single && traits.parallelOption !== undefined) own[traits.parallelOption] = false
  const strict = format?.kind === 'schema' ? format.strict : undefined
  if (strict !== undefined && traits.strictOption !== undefined) own[traits.strictOption] = strict
  return own
}

interface Wish {
  readonly effort?: Effort | undefined
  readonly own?: JSONObject
}

/** An effort is said as it is: the library knows what a model makes of it, and warns when that is nothing. */
function writeWish({ reasoning }: Prompt, { traits }: Context): Wish {
  if (reasoning === undefined) return {}
  if (reasoning.mode === 'off' || reasoning.effort === 'none') return { effort: 'none' }
  const own = traits.showReasoning ?? {}
  if (reasoning.effort !== undefined) return { effort: reasoning.effort, own }
  if (reasoning.budget === undefined) return { own }
  return traits.budget === undefined
    ? { effort: effortOf(reasoning.budget), own }
    : { own: traits.budget(reasoning.budget) }
}

function effortOf(budget: number): Effort | undefined {
  return BUDGET_EFFORTS.find(row => budget <= row.upTo)?.effort
}
