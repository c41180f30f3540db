// Server-sent events as a client reads them, for looking at a stream frame by frame.

export interface ServerSentEvent {
  readonly event: string | undefined
  readonly data: string
}

/** The events of a whole stream; comments are left out. */
export function parseEvents(text: string): ServerSentEvent[] {
  return text.split(/\r?\n\r?\n/).flatMap(parseFrame)
}

function parseFrame(frame: string): ServerSentEvent[] {
  const lines = frame.split(/\r?\n/)
  const field = (name: string) =>
    lines.filter(line => line.startsWith(`${name}: `)).map(line => line.slice(name.length + 2))
  const data = field('data')
  return data.length === 0 ? [] : [{ event: field('event')[0], data: data.join('\n') }]
}
