// What an account keeps: responses to go on from, conversations, containers, files; and that no other account has it.
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simConfigSchema } from './config.ts'
import { type Sim, startSim } from './server.ts'

const config = simConfigSchema.parse({ seed: 7, speed: 1000, models: { large: {} } })
const ask = { model: 'large', input: 'Say something nice' }
const say = (directives: string) => ({ headers: { 'x-sim': directives } })
const tools = [{ type: 'function' as const, name: 'f', strict: false, parameters: { type: 'object' } }]

let sims: Sim[]
let one: OpenAI
let other: OpenAI

beforeAll(async () => {
  sims = [await startSim(config), await startSim(config)]
  const clients = sims.map(sim => new OpenAI({ baseURL: `${sim.url}/v1`, apiKey: 'any', maxRetries: 0 }))
  ;[one, other] = clients as [OpenAI, OpenAI]
})
afterAll(() => Promise.all(sims.map(sim => sim.close())))

describe('a response', () => {
  it('goes on from the one before, and counts all that was said', async () => {
    const first = await one.responses.create(ask, say('text=well%20done'))
    const next = { ...ask, previous_response_id: first.id }
    const second = await one.responses.create(next, say('text=thanks'))
    const third = await one.responses.create({ ...next, previous_response_id: second.id })
    expect(second.previous_response_id).toBe(first.id)
    expect([first, second, third].map(({ usage }) => usage?.input_tokens)).toEqual([3, 3 + 2 + 3, 8 + 1 + 3])
  })

  it('is known to its own account alone, though both have the same seed and saw the same request', async () => {
    const same = { ...ask, input: 'Both are asked this' }
    const [mine, theirs] = [await one.responses.create(same), await other.responses.create(same)]
    expect(mine.output_text).toBe(theirs.output_text)
    expect(mine.id).not.toBe(theirs.id)
    await expect(other.responses.create({ ...ask, previous_response_id: mine.id })).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
      message: expect.stringContaining(`Previous response with id '${mine.id}' not found.`) as string,
    })
    await expect(other.responses.retrieve(mine.id)).rejects.toMatchObject({ status: 404 })
  })

  it('wants the results of the calls before it, and only those', async () => {
    const called = await one.responses.create({ ...ask, tools }, say('tool_call'))
    const [call] = called.output
    if (call?.type !== 'function_call') throw new Error('no call')
    const next = { ...ask, tools, previous_response_id: called.id }
    await expect(one.responses.create(next)).rejects.toThrow(
      `No tool output found for function call ${call.call_id}.`,
    )
    const output = { type: 'function_call_output' as const, call_id: call.call_id, output: 'sunny' }
    expect((await one.responses.create({ ...next, input: [output] })).output[0]?.type).toBe('message')
    await expect(one.responses.create({ ...ask, input: [output] })).rejects.toThrow(
      `No tool call found for function call output with call_id ${call.call_id}.`,
    )
  })

  it('refuses fields it does not have', async () => {
    const body = { ...ask, max_tokens: 5 } as OpenAI.Responses.ResponseCreateParamsNonStreaming
    await expect(one.responses.create(body)).rejects.toThrow(/max_tokens/)
  })
})

describe('a conversation', () => {
  it('holds what its responses said', async () => {
    const items = [{ type: 'message' as const, role: 'user' as const, content: 'two words' }]
    const { id } = await one.conversations.create({ items, metadata: { topic: 'a' } })
    const first = await one.responses.create({ ...ask, conversation: id }, say('text=well%20done'))
    const second = await one.responses.create({ ...ask, conversation: { id } })
    expect(first.conversation).toEqual({ id })
    expect([first, second].map(({ usage }) => usage?.input_tokens)).toEqual([2 + 3, 5 + 2 + 3])
    expect(await one.conversations.retrieve(id)).toMatchObject({
      object: 'conversation',
      metadata: { topic: 'a' },
    })
  })

  it('is gone when deleted, and never was on another account', async () => {
    const { id } = await one.conversations.create()
    const notFound = {
      status: 404,
      message: expect.stringContaining(`Conversation with id '${id}' not found.`),
    }
    await expect(other.responses.create({ ...ask, conversation: id })).rejects.toMatchObject(notFound)
    expect(await one.conversations.delete(id)).toEqual({ id, object: 'conversation.deleted', deleted: true })
    await expect(one.conversations.retrieve(id)).rejects.toMatchObject(notFound)
    await expect(one.responses.create({ ...ask, conversation: id })).rejects.toMatchObject(notFound)
  })

  it('excludes a previous response', async () => {
    const { id } = await one.conversations.create()
    const { id: previous_response_id } = await one.responses.create(ask)
    await expect(
      one.responses.create({ ...ask, conversation: id, previous_response_id }),
    ).rejects.toMatchObject({ status: 400, code: 'mutually_exclusive_parameters' })
  })
})

describe('a container', () => {
  const interpreter = (container: string) => [{ type: 'code_interpreter' as const, container }]

  it('is where a response runs code, on its own account', async () => {
    const { id, status } = await one.containers.create({ name: 'box' })
    expect([id, status]).toEqual([expect.stringMatching(/^cntr_/), 'running'])
    expect((await one.responses.create({ ...ask, tools: interpreter(id) })).status).toBe('completed')
    expect(await one.containers.retrieve(id)).toMatchObject({ name: 'box', object: 'container' })
    await expect(other.responses.create({ ...ask, tools: interpreter(id) })).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining(`Container with id '${id}' not found.`) as string,
    })
  })

  it('is gone when deleted', async () => {
    const { id } = await one.containers.create({ name: 'box' })
    await one.containers.delete(id)
    await expect(one.containers.retrieve(id)).rejects.toMatchObject({ status: 404 })
  })

  it('holds only files of its account', async () => {
    await expect(one.containers.create({ name: 'box', file_ids: ['file-x'] })).rejects.toMatchObject({
      status: 404,
    })
  })
})

it('a file is read by its own account alone, though both have the same seed', async () => {
  const upload = async (client: OpenAI) =>
    client.files.create({ file: await toFile(Buffer.from('a'), 'a.pdf'), purpose: 'user_data' })
  const [mine, theirs] = [await upload(one), await upload(other)]
  expect(mine.id).not.toBe(theirs.id)
  const content = [{ type: 'input_file' as const, file_id: mine.id }]
  const input = [{ role: 'user' as const, content }]
  expect((await one.responses.create({ ...ask, input })).status).toBe('completed')
  await expect(other.responses.create({ ...ask, input })).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining(mine.id) as string,
  })
})
