// The bench's command line, and how long and how hard each case loads.
import { parseArgs } from 'node:util'
import { PEER_NAMES, type PeerName } from './peer/peer.ts'

export interface Plan {
  readonly peers: readonly PeerName[]
  readonly rounds: number
  /** Directory for V8 CPU profiles of Weir, or undefined; a profiled run's figures are not for comparing. */
  readonly profile: string | undefined
  /** Root of another checkout of Weir, or undefined. */
  readonly before: string | undefined
  /** Where the JSON goes. */
  readonly json: string
  /** Seconds of load before the first round, per peer and per kind of request; not measured. */
  readonly warmSeconds: number
  /** Closed loop, non-streamed. */
  readonly closed: { readonly connections: number; readonly seconds: number }
  /** Open loop, non-streamed. */
  readonly open: { readonly perSecond: number; readonly seconds: number }
  /** Streams kept open while measuring; each gets a chunk every `paceMs`. */
  readonly streams: { readonly concurrency: number; readonly seconds: number; readonly paceMs: number }
  /** Streams opened at once and held while memory is read. */
  readonly held: { readonly streams: number; readonly seconds: number; readonly paceMs: number }
}

const FULL = {
  rounds: 5,
  warmSeconds: 3,
  closed: { connections: 32, seconds: 3 },
  open: { perSecond: 500, seconds: 4 },
  streams: { concurrency: 50, seconds: 3, paceMs: 4 },
  held: { streams: 2000, seconds: 4, paceMs: 1000 },
}

const QUICK = {
  rounds: 1,
  warmSeconds: 1,
  closed: { connections: 32, seconds: 1 },
  open: { perSecond: 500, seconds: 1 },
  streams: { concurrency: 50, seconds: 1, paceMs: 4 },
  held: { streams: 200, seconds: 1, paceMs: 1000 },
}

export const USAGE = `Usage: npm run bench -- [options]

  --only NAMES   peers to run, comma-separated, of: ${PEER_NAMES.slice(0, 5).join(', ')},
                 ${PEER_NAMES.slice(5).join(', ')} (direct always runs)
  --rounds N     measured rounds, interleaved over the peers (default ${FULL.rounds})
  --quick        one short round and 200 held streams: does everything work, not how fast is it
  --json FILE    where the results go (default bench/results/proxy.json for a full run,
                 bench/results/raw/proxy.json, which git ignores, for any other)
  --before DIR   run the Weir checked out (and installed) in DIR too, as weir-before:
                 what did a change cost
  --profile DIR  start each weir with --cpu-prof and leave a profile of each thread in DIR/<peer>
                 (sampling costs time: look at such a run, do not compare with it)
  --help`

/** A command line that cannot be obeyed; the message says why. */
export class UsageError extends Error {}

/** `before` asks for the peer that it serves, named or not. */
function peerNames(list: string | undefined, before: string | undefined): readonly PeerName[] {
  const names = list?.split(',').map(name => name.trim()) ?? PEER_NAMES
  const unknown = names.filter(name => !PEER_NAMES.some(known => known === name))
  if (unknown.length > 0) throw new UsageError(`unknown peer: ${unknown.join(', ')}`)
  if (list !== undefined && names.includes('weir-before') && before === undefined)
    throw new UsageError('weir-before is run by --before DIR')
  return PEER_NAMES.filter(name => (name === 'weir-before' ? before !== undefined : names.includes(name)))
}

function roundCount(text: string | undefined, standard: number): number {
  if (text === undefined) return standard
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--rounds takes a whole number from 1')
  return rounds
}

/** The committed results file holds full runs only. */
const defaultJson = (kind: 'full' | 'partial'): string =>
  kind === 'full' ? 'bench/results/proxy.json' : 'bench/results/raw/proxy.json'

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        profile: { type: 'string' },
        before: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Undefined when help was asked for. */
export function parsePlan(args: readonly string[]): Plan | undefined {
  const flags = parseFlags(args)
  if (flags.help) return undefined
  const base = flags.quick ? QUICK : FULL
  const rounds = roundCount(flags.rounds, base.rounds)
  const full =
    !flags.quick && flags.only === undefined && flags.profile === undefined && rounds >= FULL.rounds
  return {
    ...base,
    rounds,
    peers: peerNames(flags.only, flags.before),
    profile: flags.profile,
    before: flags.before,
    json: flags.json ?? defaultJson(full ? 'full' : 'partial'),
  }
}
