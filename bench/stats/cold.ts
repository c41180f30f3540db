// Times one family of boundaries in a process that has computed nothing before: prints milliseconds.
import { boundaries } from './boundaries.ts'

const [, , name = ''] = process.argv
const compute = boundaries[name]
if (compute === undefined) throw new Error(`no boundaries ${name}`)
const started = performance.now()
const result = compute()
const taken = performance.now() - started
if (!Number.isFinite(result)) throw new Error(`${name}: no result`)
console.log(taken)
