// Opens a provider: loads its package, makes it with our fetch, and starts calls on it.
import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { LibraryConfig, LibraryProblem, LibraryProvider, LibraryRequest } from '../library.ts'
import type { Losses } from '../translation/loss.ts'
import type { Prompt } from '../translation/prompt.ts'
import type { JsonObject } from '../wire-format.ts'
import { SdkCall } from './call.ts'
import { writeCall } from './call-options.ts'
import { type LibraryPackage, type MakeModel, missingSettings, PACKAGES } from './packages.ts'
import { applyParameters, type Parametered } from './parameters.ts'

/** Loads the package and makes a provider of it; never rejects. */
export async function openLibraryProvider(
  config: LibraryConfig,
  secret: string | undefined,
): Promise<LibraryProvider | LibraryProblem> {
  const used = Object.hasOwn(PACKAGES, config.package) ? PACKAGES[config.package] : undefined
  if (used === undefined) return problem(`${config.package} is not a package that can be used`)
  const missing = missingSettings(used.needs, givenSettings(config, secret))
  if (missing !== undefined) return problem(`${config.package} needs ${missing}`)
  const calls = new Calls()
  const made = await make(config, used, secret, calls)
  return 'kind' in made ? made : new SdkProvider(made.model, used, calls)
}

function problem(message: string): LibraryProblem {
  return { kind: 'problem', message }
}

function givenSettings(config: LibraryConfig, secret: string | undefined): ReadonlySet<string> {
  const given = Object.keys(config.options).filter(
    name => config.options[name] != null && config.options[name] !== '',
  )
  if (secret !== undefined && secret !== '') given.push('apiKey')
  if (config.base_url !== undefined) given.push('baseURL')
  return new Set(given)
}

/** An error's message is left out: it may hold a setting. */
async function make(
  config: LibraryConfig,
  used: LibraryPackage,
  secret: string | undefined,
  calls: Calls,
): Promise<{ model: MakeModel } | LibraryProblem> {
  let loaded: Record<string, unknown>
  try {
    loaded = (await import(config.package)) as Record<string, unknown>
  } catch {
    return problem(`${config.package} cannot be loaded; install it with: npm install ${config.package}`)
  }
  try {
    const factory = loaded[used.factory] as (settings: JsonObject) => Record<string, MakeModel>
    const model = factory(settingsOf(config, secret, calls))[used.model]
    if (model !== undefined) return { model }
  } catch (error) {
    const name = error instanceof Error ? error.name : 'Error'
    return problem(`${config.package} does not take its settings (${name})`)
  }
  return problem(`${config.package} is of a version that is not supported`)
}

/** `apiKey` is there even when empty, else some packages take one from an environment variable nobody named. */
function settingsOf(config: LibraryConfig, secret: string | undefined, calls: Calls): JsonObject {
  const { base_url: baseURL } = config
  return {
    ...config.options,
    apiKey: secret ?? config.options.apiKey ?? '',
    headers: config.headers,
    fetch: calls.fetch,
    ...(baseURL === undefined ? {} : { baseURL }),
  }
}

/** Finds the call that a request of the library belongs to, by the signal it was started with. */
class Calls {
  readonly #bySignal = new WeakMap<AbortSignal, SdkCall>()

  add(call: SdkCall): void {
    this.#bySignal.set(call.signal, call)
  }

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const call = init?.signal == null ? undefined : this.#bySignal.get(init.signal)
    if (call === undefined) throw new Error('a request outside of any call')
    return call.fetch(requestOf(input, init ?? {}))
  }
}

/** What a call sends is JSON; anything else would be a download, which is not for the library to do. */
function requestOf(input: string | URL | Request, init: RequestInit): LibraryRequest {
  const { method = 'GET', body } = init
  const sendable = typeof body === 'string' || body instanceof Uint8Array
  if (method !== 'POST' || !sendable || input instanceof Request) throw new Error('a request that is no call')
  return { kind: 'request', method, url: String(input), headers: [...new Headers(init.headers)], body }
}

class SdkProvider implements LibraryProvider {
  readonly kind = 'provider'
  readonly #model: MakeModel
  readonly #used: LibraryPackage
  readonly #calls: Calls

  constructor(model: MakeModel, used: LibraryPackage, calls: Calls) {
    this.#model = model
    this.#used = used
    this.#calls = calls
  }

  start(model: string, prompt: Prompt, parameters: Readonly<JsonObject>, losses: Losses): SdkCall {
    const given = applyParameters(prompt, parameters, losses)
    const { stream, reasoning } = given.prompt
    const call = new SdkCall({
      traits: this.#used.traits,
      answer: stream ? 'stream' : 'whole',
      // A model that cannot be told not to think, or does not think at all, answers as well.
      hints: reasoning?.mode === 'off' || reasoning?.effort === 'none' ? ['reasoning'] : [],
      begin: async () => this.#begin(this.#model(model), given, losses),
    })
    this.#calls.add(call)
    call.run()
    return call
  }

  async #begin(model: LanguageModelV4, { prompt, options }: Parametered, losses: Losses) {
    const { traits } = this.#used
    const context = { model: model.modelId, traits, supportedUrls: await model.supportedUrls, losses }
    return { model, options: writeCall(prompt, options, context) }
  }
}
