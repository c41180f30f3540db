// Translated streams whose client does not read: the provider is held back rather than the answer collected, whoever
// translates, and nothing is lost when the client reads on. And one whose client has left: the provider hears of it.

import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { residentMebibytes } from '../robustness/memory.ts'
import { KEY } from '../support/gateway.ts'
import { openEventStream } from '../support/scripted-provider.ts'
import { until } from '../support/until.ts'
import { type Poured, pouredFor } from './poured.ts'
import { startScriptedGateway } from './scripted-gateway.ts'

const MEBIBYTE = 2 ** 20
/** Sockets on the way hold this much at most, as the kernel grows their buffers. */
const IN_FLIGHT = 40 * MEBIBYTE
const FRAMES = 1500
const SIZE = 65_536

const { provider, gateway } = await startScriptedGateway()
let written = 0
let left = 0
provider.play((request, response) => {
  response.once('close', () => {
    if (!response.writableFinished) left++
  })
  return pour(openEventStream(response), pouredFor(request.url))
})

async function pour(response: ServerResponse, { before, piece, after }: Poured): Promise<void> {
  const closed = once(response, 'close')
  written = 0
  response.write(before)
  for (let index = 0; index < FRAMES && !response.destroyed; index++) {
    const bytes = Buffer.from(piece(`${index} `.padEnd(SIZE, '.')))
    const flows = response.write(bytes)
    written += bytes.length
    if (!flows) await Promise.race([once(response, 'drain'), closed])
  }
  response.end(after)
}

const cases = [
  ['/v1/messages', 'gpt/m'],
  ['/v1/chat/completions', 'claude/m'],
  ['/v1/chat/completions', 'gemini/m'],
  ['/v1/messages', 'gemini/m'],
] as const

function ask(path: string, model: string, signal?: AbortSignal): Promise<Response> {
  const messages = [{ role: 'user', content: 'Go on for ever.' }]
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model, stream: true, max_tokens: 1_000_000, messages }),
    ...(signal && { signal }),
  })
}

/** Bytes the provider could write until it made no progress for a while. */
async function stalled(): Promise<number> {
  for (;;) {
    const before = written
    await delay(700)
    if (before > 0 && written === before) return before
  }
}

/** The numbers of the pieces, which begin with them. */
async function readNumbers(response: Response): Promise<number[]> {
  const numbers: number[] = []
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const number = /"(?:content|text)":"(\d+) \./.exec(line)?.[1]
      if (number !== undefined) numbers.push(Number(number))
    }
  }
  return numbers
}

it.each(cases)('%s holds back %s while the client does not read, and loses nothing', async (path, model) => {
  const { pid } = gateway.program.process
  const before = residentMebibytes(pid) ?? 0
  const response = await ask(path, model)
  expect(await stalled()).toBeLessThan(IN_FLIGHT)
  expect((residentMebibytes(pid) ?? 0) - before).toBeLessThan(150)
  const pieces = Array.from({ length: FRAMES }, (_, index) => index)
  expect(await readNumbers(response)).toEqual(pieces)
  expect(await gateway.event(response.headers.get('x-weir-request-id') ?? '')).toMatchObject({
    outcome: 'ok',
    output_length: FRAMES * SIZE,
  })
})

it.each(cases)('%s ends the call of %s when the client leaves without having read', async (path, model) => {
  const before = left
  const controller = new AbortController()
  const response = await ask(path, model, controller.signal)
  controller.abort()
  await until('the end of the call', () => left === before + 1)
  const id = response.headers.get('x-weir-request-id') ?? ''
  expect(await gateway.event(id)).toMatchObject({ outcome: 'cancelled', error: 'cancelled' })
})
