// The question put to every library: premium users get `large`, all others are split 80/20 by user, stickily.

type Tier = 'premium' | 'standard'

export interface Subject {
  readonly user: string
  readonly tier: Tier
}

/** A library made ready for the rule, with its own form of each subject built beforehand. */
export interface Decider {
  readonly name: 'weir' | 'growthbook' | 'unleash'
  readonly description: string
  /** Decides for the subject of this position; returns the id of the variant, `large` or `small`. */
  decide(position: number): string
  close(): void
}

export type DeciderFactory = (subjects: readonly Subject[]) => Promise<Decider>

export const SUBJECTS = 10_000
export const LARGE_SHARE = 0.8
/** One subject in ten is premium, so the condition is met now and then, as in a real rule. */
const PREMIUM_EVERY = 10

export const subjects = (): readonly Subject[] =>
  Array.from({ length: SUBJECTS }, (_, index) => ({
    user: `user-${index}`,
    tier: index % PREMIUM_EVERY === 0 ? 'premium' : 'standard',
  }))
