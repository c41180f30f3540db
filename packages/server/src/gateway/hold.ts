// While a stream's first content is awaited: after a while 200 and keep-alive comments go out, so that no proxy on
// the way gives up. Fallback stays possible until there is content.
import type { Exchange } from './exchange.ts'
import { addWeirHeaders } from './respond.ts'

const KEEP_ALIVE = ': keep-alive\n\n'

/** Starts the wait; the returned function ends it. `hold` is in milliseconds, and the pace of the comments too. */
export function holdStream(exchange: Exchange, hold: number): () => void {
  const { res } = exchange
  const timer = setInterval(() => {
    if (exchange.committed === 'no') commit(exchange)
    res.write(KEEP_ALIVE)
  }, hold)
  return () => clearInterval(timer)
}

function commit(exchange: Exchange): void {
  const headers = ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache']
  exchange.committed = 'stream'
  exchange.status = 200
  exchange.res.writeHead(200, addWeirHeaders(headers, exchange))
}
