// What is wrong with a trace, and on which line: always the user's to repair, so it carries no stack worth showing.

export class TraceError extends Error {
  constructor(file: string, line: number | null, problem: string) {
    super(line === null ? `${file}: ${problem}` : `${file}:${line}: ${problem}`)
    this.name = 'TraceError'
  }
}
