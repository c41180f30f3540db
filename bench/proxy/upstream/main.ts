// The upstream process: two models on two ports, answering as fast as Node can write ready bytes.
// Started by the bench with an IPC channel, over which it is paced and asked what it saw.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { CHAT_PATH } from '../workload.ts'
import { type Answers, answersOf } from './answers.ts'
import type { UpstreamCounts, UpstreamOrder } from './order.ts'
import { RequestReader, type UpstreamRequest } from './request-reader.ts'
import { StreamWheel } from './stream-wheel.ts'

const wheel = new StreamWheel(4)
const served = { large: 0, small: 0 }

/** The proxies re-serialise nothing but Weir, whose spacing is JSON.stringify's like the client's. */
const says = (body: Buffer, member: string): boolean => body.includes(member)

function answer(
  socket: Socket,
  answers: Answers,
  model: keyof typeof served,
  request: UpstreamRequest,
): void {
  if (!request.head.startsWith(`POST ${CHAT_PATH} `)) {
    socket.write(answers.notFound)
    return
  }
  served[model]++
  if (!says(request.body, '"stream":true')) {
    socket.write(answers.whole)
    return
  }
  wheel.add(socket, answers, says(request.body, '"include_usage":true') ? 'usage' : 'no usage')
}

function listen(model: keyof typeof served): Server {
  const answers = answersOf(model)
  return createServer({ noDelay: true }, socket => {
    const reader = new RequestReader()
    socket.on('data', (bytes: Buffer) => {
      for (const request of reader.push(bytes)) answer(socket, answers, model, request)
    })
    // A peer that resets is the end of its connection and of nothing else; the wheel sees `destroyed`.
    socket.on('error', () => socket.destroy())
  }).listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

const counts = (openStreamsBefore: number): UpstreamCounts => ({
  ports: { large: portOf(large), small: portOf(small) },
  openStreams: wheel.open,
  openStreamsBefore,
  served: { ...served },
})

const large = listen('large')
const small = listen('small')

process.on('message', (order: UpstreamOrder) => {
  const before = wheel.open
  if (order.kind === 'pace') wheel.setPace(order.ms)
  if (order.kind === 'end streams') wheel.endAll()
  process.send?.(counts(before))
})
process.on('disconnect', () => process.exit())
