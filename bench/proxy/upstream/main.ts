// The upstream process: two models on two ports, answering as fast as Node can write ready bytes.
// Started by the bench with an IPC channel, over which it is paced and asked what it saw.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { wholeResponse } from './answers.ts'
import { type Endpoint, endpointsOf, wantsUsage } from './endpoint.ts'
import type { UpstreamCounts, UpstreamModel, UpstreamOrder } from './order.ts'
import { RequestReader, type UpstreamRequest } from './request-reader.ts'
import { StreamWheel } from './stream-wheel.ts'

const wheel = new StreamWheel(4)
const served = { large: 0, small: 0 }
const NOT_FOUND = wholeResponse('404 Not Found', { error: { message: 'no such path', type: 'not_found' } })

function answer(socket: Socket, { answers, wantsStream }: Endpoint, request: UpstreamRequest): void {
  if (wantsStream(request)) wheel.add(socket, answers, wantsUsage(request) ? 'usage' : 'no usage')
  else socket.write(answers.whole)
}

function listen(model: UpstreamModel): Server {
  const endpoints = endpointsOf(model)
  const serve = (socket: Socket, request: UpstreamRequest) => {
    const endpoint = endpoints.find(({ requestLine }) => request.head.startsWith(requestLine))
    if (endpoint === undefined) {
      socket.write(NOT_FOUND)
      return
    }
    served[model]++
    answer(socket, endpoint, request)
  }
  return createServer({ noDelay: true }, socket => {
    const reader = new RequestReader()
    socket.on('data', (bytes: Buffer) => {
      for (const request of reader.push(bytes)) serve(socket, request)
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
