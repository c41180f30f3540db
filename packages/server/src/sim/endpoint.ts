// From a request to an endpoint's answer: reads the body, finds the model, draws by its rates what goes wrong.
import type { z } from 'zod'
import type { Answer } from './answer.ts'
import { readJson } from './body.ts'
import type { SimConfig, SimModel } from './config.ts'
import { modelNotFound, type WireFormat } from './error.ts'
import { drawFaults, errorAsked } from './fault.ts'
import type { Directives } from './header.ts'
import type { Random } from './random.ts'
import type { SimRequest, SimStats } from './request-log.ts'
import type { Stores } from './stores.ts'
import type { Corpus } from './text.ts'

export type SimState = {
  readonly config: SimConfig
  /** What tells this provider's account from every other's: where it listens. */
  readonly account: string
  readonly prose: Corpus
  readonly multibyte: Corpus
  readonly stores: Stores
  readonly stats: SimStats
}

export type Call = {
  readonly sim: SimState
  readonly request: SimRequest
  readonly wire: WireFormat
  /** What stands for `{id}` in the endpoint's path, decoded; empty when there is none. */
  readonly id: string
  readonly directives: Directives
  readonly random: Random
  /** Seconds since 1970. */
  readonly now: number
}

export type ModelCall = Call & { readonly modelName: string; readonly model: SimModel }

/** An answer with the directives it is to be delivered by: the header's and what the model's rates drew. */
export type Reply = { readonly answer: Answer; readonly directives: Directives }

export type Handler = (call: Call) => Reply | Promise<Reply>

type ModelBody = { readonly model: string; readonly stream?: boolean | null | undefined }

/** An endpoint that has no model: nothing is drawn. */
export const plainEndpoint =
  (handle: (call: Call) => Answer | Promise<Answer>): Handler =>
  async call => ({ answer: await handle(call), directives: call.directives })

/** Reads a JSON body as the wire format's API does; `fields` are all it may have, where the API minds. */
export const readBody = <Body>(call: Call, schema: z.ZodType<Body>, fields?: readonly string[]) => {
  const { sim, request, wire } = call
  // What a beta adds to Anthropic's API is not known here.
  const open = sim.config.unknown_fields === 'ignore' || request.headers['anthropic-beta'] !== undefined
  return readJson(wire, schema, request.body, open ? undefined : fields)
}

/** An endpoint whose JSON body names a model. */
export const modelEndpoint =
  <Body extends ModelBody>(
    schema: z.ZodType<Body>,
    handle: (call: ModelCall, body: Body) => Answer,
    fields?: readonly string[],
  ): Handler =>
  call => {
    const read = readBody(call, schema, fields)
    if (read.kind === 'error') return { answer: read, directives: call.directives }
    const { body } = read
    return callModel(call, body.model, body.stream ? 'stream' : 'whole', ready => handle(ready, body))
  }

/** Looks the model up, draws its faults (the header's directives win) and lets `handle` answer if none is an error. */
export const callModel = (
  call: Call,
  modelName: string,
  mode: 'stream' | 'whole',
  handle: (call: ModelCall) => Answer,
): Reply => {
  const { config, stats } = call.sim
  const model = Object.hasOwn(config.models, modelName) ? config.models[modelName] : undefined
  if (!model) return { answer: modelNotFound(call.wire, modelName), directives: call.directives }
  stats.models[modelName] = (stats.models[modelName] ?? 0) + 1
  const directives = { ...drawFaults(model, call.random, mode, call.directives), ...call.directives }
  const answer: Answer =
    errorAsked(directives, call.wire, config.speed) ?? handle({ ...call, directives, modelName, model })
  if (mode === 'stream' && answer.kind === 'stream') stats.streams++
  return { answer, directives }
}
