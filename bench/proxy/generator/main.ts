// The load generator process. Started by the bench with an IPC channel, over which it takes its orders.
import type { GeneratorOrder, GeneratorReply } from './order.ts'
import { HeldStreams, streamLoop } from './stream-load.ts'
import { closedLoop, openLoop } from './whole-load.ts'

let held: HeldStreams | undefined

function carryOut(order: GeneratorOrder): Promise<GeneratorReply> {
  switch (order.kind) {
    case 'closed':
      return closedLoop(order.target, order.connections, order.seconds)
    case 'open':
      return openLoop(order.target, order.perSecond, order.seconds)
    case 'streams':
      return streamLoop(order.target, order)
    case 'open streams':
      held = new HeldStreams(order.target, order.streams)
      return held.open(order.streams)
    case 'await streams':
      break
  }
  if (held === undefined) throw new Error('no streams were opened')
  return held.ended()
}

async function reply(order: GeneratorOrder): Promise<void> {
  try {
    process.send?.(await carryOut(order))
  } catch (error) {
    process.send?.({ kind: 'failed', error: String(error) } satisfies GeneratorReply)
  }
}

process.on('message', (order: GeneratorOrder) => void reply(order))
process.on('disconnect', () => process.exit())
