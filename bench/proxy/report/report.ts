// The run as markdown: one table a question, medians over the rounds with the extremes in brackets.

import { markdownTable, type Row } from '../../measure/markdown.ts'
import type { Spread } from '../../measure/quantile.ts'
import type { HeldFigures, RoundFigures } from '../figures.ts'
import type { Plan } from '../options.ts'
import type { PeerName } from '../peer/peer.ts'
import { addedOf, type Pick, ratioOf, spreadOf } from './summary.ts'

const MEGABYTE = 1024 * 1024

const number = (value: number, digits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(digits))

function ranged({ median, min, max }: Spread, digits: number): string {
  if (Number.isNaN(median)) return '–'
  return min === max
    ? number(median, digits)
    : `${number(median, digits)} (${number(min, digits)}–${number(max, digits)})`
}

const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? '–' : (bytes / MEGABYTE).toFixed(0)

/** One table's worth of figures: the rounds, and the peers in their order. */
interface Field {
  readonly rounds: readonly RoundFigures[]
  readonly peers: readonly PeerName[]
}

/** Direct calls burn no CPU of a peer, so they have no ratio. */
function ratio({ rounds }: Field, peer: PeerName, other: PeerName, pick: Pick): string {
  return peer === 'direct' ? '–' : number(ratioOf(rounds, [peer, other], pick).median, 2)
}

const proxied = (peer: PeerName, text: string): string => (peer === 'direct' ? '–' : text)

function closedTable(field: Field): string {
  const { rounds, peers } = field
  const row = (peer: PeerName): Row => {
    const range = (pick: Pick, digits: number) => ranged(spreadOf(rounds, peer, pick), digits)
    const middle = (pick: Pick, digits: number) => number(spreadOf(rounds, peer, pick).median, digits)
    return [
      peer,
      range(each => each.closed.requestsPerSecond, 0),
      proxied(
        peer,
        range(each => each.closed.cpuPerRequest, 1),
      ),
      ratio(field, peer, 'nginx', each => each.closed.cpuPerRequest),
      ratio(field, peer, 'minimal', each => each.closed.cpuPerRequest),
      ratio(field, peer, 'weir', each => each.closed.cpuPerRequest),
      proxied(
        peer,
        middle(each => each.closed.cores.peer, 2),
      ),
      middle(each => each.closed.upstreamCpuPerRequest, 1),
      middle(each => each.closed.generatorCpuPerRequest, 1),
      middle(each => each.closed.largeShare, 3),
    ]
  }
  const header = ['peer', 'requests/s', 'CPU us/request', 'x nginx', 'x minimal', 'x weir']
  return markdownTable(
    [...header, 'cores busy', 'upstream us', 'generator us', 'share of large'],
    peers.map(row),
  )
}

function openTable({ rounds, peers }: Field): string {
  const row = (peer: PeerName): Row => {
    const middle = (pick: Pick) => number(spreadOf(rounds, peer, pick).median, 2)
    const added = (pick: Pick) => proxied(peer, ranged(addedOf(rounds, peer, pick), 2))
    return [
      peer,
      middle(each => each.open.latency.p50),
      middle(each => each.open.latency.p95),
      middle(each => each.open.latency.p99),
      added(each => each.open.latency.p50),
      added(each => each.open.latency.p95),
      added(each => each.open.latency.p99),
      number(spreadOf(rounds, peer, each => each.open.requestsPerSecond).median, 0),
      middle(each => each.open.lateness.p99),
    ]
  }
  const header = ['peer', 'p50 ms', 'p95 ms', 'p99 ms', 'added p50', 'added p95', 'added p99']
  return markdownTable([...header, 'answers/s', 'sent late p99'], peers.map(row))
}

function streamTable(field: Field): string {
  const { rounds, peers } = field
  const row = (peer: PeerName): Row => {
    const range = (pick: Pick, digits: number) => ranged(spreadOf(rounds, peer, pick), digits)
    const middle = (pick: Pick, digits: number) => number(spreadOf(rounds, peer, pick).median, digits)
    const added = (pick: Pick) => proxied(peer, ranged(addedOf(rounds, peer, pick), 2))
    return [
      peer,
      middle(each => each.streams.streamsPerSecond, 0),
      proxied(
        peer,
        range(each => each.streams.cpuPerChunk, 2),
      ),
      proxied(
        peer,
        middle(each => each.streams.cpuPerStream / 1000, 2),
      ),
      ratio(field, peer, 'nginx', each => each.streams.cpuPerChunk),
      ratio(field, peer, 'minimal', each => each.streams.cpuPerChunk),
      ratio(field, peer, 'weir', each => each.streams.cpuPerChunk),
      added(each => each.streams.timeToFirstContent.p50),
      added(each => each.streams.timeToFirstContent.p99),
      middle(each => each.streams.gap.p99, 2),
      middle(each => each.streams.readsPerStream, 1),
    ]
  }
  const header = ['peer', 'streams/s', 'CPU us/chunk', 'CPU ms/stream', 'x nginx', 'x minimal', 'x weir']
  const times = ['added first content p50 ms', 'p99', 'gap p99 ms', 'reads/stream']
  return markdownTable([...header, ...times], peers.map(row))
}

function memoryTable({ rounds, peers }: Field, held: readonly HeldFigures[]): string {
  const row = (peer: PeerName): Row => {
    const last = rounds.findLast(figures => figures.peer === peer)?.memory
    const streams = held.find(figures => figures.peer === peer)
    return [
      peer,
      megabytes(streams?.atStart?.now),
      megabytes(last?.now),
      megabytes(last?.peak),
      streams === undefined ? '–' : `${streams.upstreamOpen[0]} / ${streams.upstreamOpen[1]}`,
      megabytes(streams?.held),
      megabytes(streams?.after),
    ]
  }
  const header = ['peer', 'RSS MB at start', 'after the rounds', 'peak', 'streams open']
  return markdownTable(
    [...header, 'RSS MB with them', 'after them'],
    peers.filter(peer => peer !== 'direct').map(row),
  )
}

const section = (title: string, table: string): string => `### ${title}\n\n${table}\n`

export function report(field: Field, held: readonly HeldFigures[], plan: Plan): string {
  const { closed, open, streams } = plan
  const rounds = plan.rounds === 1 ? 'round 1 only' : `median of rounds 1–${plan.rounds} (min–max)`
  return [
    section(`Non-streamed, closed loop, ${closed.connections} connections: ${rounds}`, closedTable(field)),
    section(`Non-streamed, open loop at ${open.perSecond} requests/s: ${rounds}`, openTable(field)),
    section(
      `Streamed, 100 chunks, ${streams.concurrency} streams open, a chunk every ${streams.paceMs} ms: ${rounds}`,
      streamTable(field),
    ),
    section('Memory', memoryTable(field, held)),
  ].join('\n')
}
