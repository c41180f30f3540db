// Lines of text as files of JSON lines have them.

const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d]

/**
 * Lines end at \n, or \r\n, and nowhere else. `node:readline` also ends them at U+2028 and U+2029, which JSON leaves as they
 * are: whoever wrote one into a prompt would tear its event apart.
 *
 * @param input - UTF-8; closed when whoever reads the lines stops
 * @throws what reading throws
 */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  // Kept in pieces: a line of many megabytes would be copied once a piece otherwise.
  let begun: Buffer[] = []
  for await (const piece of input) {
    let start = 0
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, start)) {
      yield textOf([...begun, piece.subarray(start, end)])
      begun = []
      start = end + 1
    }
    if (start < piece.length) begun.push(piece.subarray(start))
  }
  if (begun.length > 0) yield textOf(begun)
}

function textOf(pieces: readonly Buffer[]): string {
  const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  return bytes.toString('utf8', 0, bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length)
}
