// Takes from several sequences in turn, as the choices of one stream are interleaved.

export const roundRobin = function* <Item>(sequences: readonly Iterator<Item>[]): Generator<Item> {
  let open = [...sequences]
  while (open.length > 0) {
    const steps = open.map(sequence => ({ sequence, step: sequence.next() }))
    const live = steps.filter(({ step }) => !step.done)
    for (const { step } of live) yield step.value as Item
    open = live.map(({ sequence }) => sequence)
  }
}
