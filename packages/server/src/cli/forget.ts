// `weir forget`: erases what is known of units, in a running program or in a data directory.
import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { countRequests, recordedFormsOf } from '../admin/unit/named-unit.ts'
import { eventDirectory } from '../event-plane/place.ts'
import { Identity } from '../gateway/identity.ts'
import { readSecret } from '../snapshot/state.ts'
import { forgetInFiles, rejectedDirectory } from '../storage/spool/forget-lines.ts'
import {
  addControlOptions,
  ControlError,
  type ControlOptions,
  endingWell,
  openControl,
} from './control-client.ts'
import { tryLocalStore } from './local-event-store.ts'
import { print } from './output.ts'

interface Options extends ControlOptions {
  readonly unit: readonly string[]
  readonly yes?: true
}

/** Where the units are known: asked first, and told to forget when the user agrees. */
interface Place {
  /** How many requests there are of them. */
  count(): Promise<number>
  /** @returns how many events of all kinds were erased */
  forget(): Promise<number>
}

export function registerForget(program: Command): void {
  const command = program
    .command('forget')
    .summary('erase what is known of units')
    .description('Erase all events of units, for good: their requests and all that hangs on these.')
    .requiredOption(
      '--unit <unit>',
      'kind:id, such as user:ada, or as events have it; may be repeated',
      collect,
    )
    .option('--yes', 'do not ask')
  addControlOptions(command).action(forget)
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

function forget(options: Options): Promise<void> {
  return endingWell(async () => {
    const done = await tryLocalStore(options, 'refuse', async (store, dataDir) => {
      const identity = new Identity(readSecret(dataDir), 'command')
      const units = options.unit.flatMap(unit => recordedFormsOf(unit, (kind, id) => identity.unit(kind, id)))
      await forgetIn(options, {
        count: () => countRequests(store, units),
        forget: async () => (await store.forget(units)) + forgetInFiles(rejectedIn(dataDir), units),
      })
      return 'done' as const
    })
    if (done === undefined) await forgetIn(options, await runningProgram(options))
  })
}

const rejectedIn = (dataDir: string) => rejectedDirectory(eventDirectory(dataDir))

const forgottenSchema = z.object({ requests: z.number(), events: z.number().nullable() })

async function runningProgram(options: Options): Promise<Place> {
  const client = await openControl(options)
  // Erasing takes as long as writing the store anew: nobody gives up after a minute.
  const call = async (query: '' | '?preview=true') => {
    const answer = await client.exchange({
      method: 'POST',
      path: `/api/v1/units/forget${query}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ units: options.unit }),
    })
    return forgottenSchema.parse(await answer.json())
  }
  return {
    count: async () => (await call('?preview=true')).requests,
    forget: async () => (await call('')).events ?? 0,
  }
}

async function forgetIn({ unit, yes }: Options, place: Place): Promise<void> {
  const requests = await place.count()
  const what = `${counted(requests, 'request')} of ${unit.join(', ')}`
  if (yes !== true && !(await isSure(`Erase ${what}, and all that hangs on them, for good?`)))
    throw new ControlError('not_sure', 'nothing was erased')
  print(`${counted(await place.forget(), 'event')} erased: ${what}, and all that hung on them.`)
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

async function isSure(question: string): Promise<boolean> {
  if (!stdin.isTTY) throw new ControlError('not_sure', `${question} Give --yes: nobody can be asked here`)
  const terminal = createInterface({ input: stdin, output: stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
