// A config that was sent, on its way through publishing: what it comes to, told in the places of what was sent.
import type { ConfigInput, Problem } from '@weir/core/config'
import type { Publishing } from '../http/change.ts'
import type { Fields } from '../resource/written.ts'
import type { Author, CurrentRevision, Edit, PreviewResult, PublishResult } from '../revision/publishing.ts'
import { type Applied, applyConfig, type Rest } from './apply.ts'

/** What the resource needs of the revisions. */
export interface ConfigRevisions extends Publishing {
  current(): Pick<CurrentRevision, 'number' | 'config' | 'snapshot' | 'tables'>
}

export class SentConfig {
  readonly #revisions: ConfigRevisions
  readonly #sent: Fields
  readonly #rest: Rest
  /** Known once it was compared with what is in force. */
  #applied: (Applied & { readonly to: number }) | undefined

  constructor(revisions: ConfigRevisions, sent: Fields, rest: Rest) {
    this.#revisions = revisions
    this.#sent = sent
    this.#rest = rest
  }

  async preview(): Promise<PreviewResult> {
    const result = await this.#revisions.preview(this.#edit)
    if (result.kind === 'rejected') return this.#rejectedInSent(result)
    if (result.kind !== 'preview') return result
    const { warnings, problems } = result
    return { ...result, warnings: this.#inSent(warnings), problems: this.#inSent(problems) }
  }

  async publish(author: Author): Promise<PublishResult> {
    const result = await this.#revisions.publish(this.#edit, author)
    switch (result.kind) {
      case 'refused':
        return { ...result, problems: this.#inSent(result.problems) }
      case 'rejected':
        return this.#rejectedInSent(result)
      case 'published':
      case 'unchanged':
        return { ...result, warnings: this.#inSent(result.warnings) }
      default:
        return result
    }
  }

  /** What is in force and was not sent; to be asked afterwards. */
  get absent(): string[] {
    return [...(this.#applied?.absent ?? [])]
  }

  /** The revision it was compared with; to be asked afterwards. */
  get comparedWith(): number {
    return this.#applied?.to ?? this.#revisions.current().number
  }

  readonly #edit: Edit = (config: ConfigInput) => {
    const { number, snapshot } = this.#revisions.current()
    this.#applied = { ...applyConfig({ config, snapshot }, this.#sent, this.#rest), to: number }
    return { kind: 'config', config: this.#applied.config }
  }

  #inSent(problems: readonly Problem[]): readonly Problem[] {
    return problems.map(found => ({ ...found, path: this.#applied?.pathInSent(found.path) ?? found.path }))
  }

  #rejectedInSent<Result extends Extract<PublishResult, { kind: 'rejected' }>>(result: Result): Result {
    const { problems } = result.refusal
    if (problems === undefined) return result
    return { ...result, refusal: { ...result.refusal, problems: this.#inSent(problems) } }
  }
}
