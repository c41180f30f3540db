// Edits of one entry of a config. Preconditions are asked inside the edit, which alone sees the newest config.
import type { ConfigInput, Problem } from '@weir/core/config'
import type { Edit, EditRefusal, EditResult } from '../revision/publishing.ts'
import type { Section } from './section.ts'
import type { Fields } from './written.ts'

/** Whether the client saw this entry as it is now. */
export type IsCurrent = (entry: Fields) => boolean

/** What becomes of the entry. */
export type Change = (entry: Fields, config: ConfigInput) => Fields | EditRefusal

export function createEntry(section: Section, id: string, entry: Fields): Edit {
  return config => {
    if (section.get(config, id) === undefined) return edited(section.set(config, id, entry))
    return refuse('exists', `there is a ${section.noun} "${id}" already`)
  }
}

export function changeEntry(section: Section, id: string, isCurrent: IsCurrent, change: Change): Edit {
  return config =>
    withCurrent(section, config, id, isCurrent, entry => {
      const changed = change(entry, config)
      return isRefusal(changed) ? changed : edited(section.set(config, id, changed))
    })
}

export function removeEntry(section: Section, id: string, isCurrent: IsCurrent): Edit {
  return config => withCurrent(section, config, id, isCurrent, () => edited(section.remove(config, id)))
}

function withCurrent(
  section: Section,
  config: ConfigInput,
  id: string,
  isCurrent: IsCurrent,
  then: (entry: Fields) => EditResult,
): EditResult {
  const entry = section.get(config, id)
  if (entry === undefined) return refuse('not_found', missing(section, id))
  if (isCurrent(entry)) return then(entry)
  return refuse('changed', `the ${section.noun} "${id}" has changed; read it again and send its ETag`)
}

export function missing({ noun }: Section, id: string): string {
  return `there is no ${noun} "${id}"`
}

export function refuse(
  cause: EditRefusal['cause'],
  message: string,
  problems?: readonly Problem[],
): EditRefusal {
  return { kind: 'refused', cause, message, ...(problems !== undefined && { problems }) }
}

/** An entry may have a field `kind` of its own, but never with `cause` and `message` beside it. */
function isRefusal(changed: Fields | EditRefusal): changed is EditRefusal {
  return changed.kind === 'refused' && 'cause' in changed
}

function edited(config: ConfigInput): EditResult {
  return { kind: 'config', config }
}
