// Reads server-sent events from bytes that may be cut anywhere: inside a line end, a field or a UTF-8 character.

export interface SseFrame {
  /** The `event` field; empty when there was none. */
  readonly event: string
  /** The `data` lines, joined by line feeds. */
  readonly data: string
}

/**
 * Source: WHATWG HTML, 9.2.6 "Interpreting an event stream": line ends are CRLF, LF or CR, a byte order mark is dropped,
 * lines that open with a colon are comments, and an event that the end of the stream interrupts is dropped.
 *
 * @returns a function that takes the next bytes and calls `onFrame` for every event they complete
 */
export function createSseReader(onFrame: (frame: SseFrame) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder()
  const takeLine = createLineTaker(onFrame)
  let rest = ''
  let endedInCr = false
  return bytes => {
    const decoded = decoder.decode(bytes, { stream: true })
    if (decoded === '') return
    // The CR already ended its line; an LF right after it belongs to it.
    const text = endedInCr && decoded.startsWith('\n') ? decoded.slice(1) : decoded
    endedInCr = decoded.endsWith('\r')
    const lines = (rest + text).split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) takeLine(line)
  }
}

function createLineTaker(onFrame: (frame: SseFrame) => void): (line: string) => void {
  let event = ''
  let data: string[] = []
  const dispatch = () => {
    if (data.length > 0) onFrame({ event, data: data.join('\n') })
    event = ''
    data = []
  }
  return line => {
    if (line === '') return dispatch()
    const { field, value } = splitField(line)
    if (field === 'data') data.push(value)
    if (field === 'event') event = value
  }
}

function splitField(line: string): { readonly field: string; readonly value: string } {
  const colon = line.indexOf(':')
  if (colon === -1) return { field: line, value: '' }
  const start = line[colon + 1] === ' ' ? colon + 2 : colon + 1
  return { field: line.slice(0, colon), value: line.slice(start) }
}
