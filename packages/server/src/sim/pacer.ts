// One timer for everything that waits: thousands of streams share a heap of due times instead of holding a timer each.

export type Pacer = {
  /** Milliseconds on a clock that only goes forward. */
  now(): number
  /** Runs `run` at `due` (never early beyond the clock's grain, up to some ms late). Returns what cancels it. */
  at(due: number, run: () => void): () => void
  stop(): void
}

type Task = { readonly due: number; run: (() => void) | null }

export const startPacer = (): Pacer => {
  const heap: Task[] = []
  const now = () => performance.now()
  let timer: NodeJS.Timeout | undefined
  let armedFor = Number.POSITIVE_INFINITY
  let stopped = false

  const arm = () => {
    const due = heap[0]?.due ?? Number.POSITIVE_INFINITY
    if (stopped || due >= armedFor) return
    clearTimeout(timer)
    armedFor = due
    timer = setTimeout(fire, Math.max(1, Math.ceil(due - now())))
  }
  const fire = () => {
    armedFor = Number.POSITIVE_INFINITY
    const until = now()
    while (heap[0] && (heap[0].due <= until || heap[0].run === null)) pop(heap)?.run?.()
    arm()
  }
  return {
    now,
    at: (due, run) => {
      const task: Task = { due, run }
      push(heap, task)
      arm()
      return () => {
        task.run = null
      }
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
      heap.length = 0
    },
  }
}

const push = (heap: Task[], task: Task) => {
  let at = heap.length
  heap.push(task)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent]
    if (!above || above.due <= task.due) break
    heap[at] = above
    at = parent
  }
  heap[at] = task
}

const pop = (heap: Task[]): Task | undefined => {
  const first = heap[0]
  const last = heap.pop()
  if (last && heap.length > 0) sink(heap, last)
  return first
}

/** Puts `task` in the place of the first and moves it down to where it belongs. */
const sink = (heap: Task[], task: Task) => {
  let at = 0
  for (;;) {
    const left = heap[2 * at + 1]
    const right = heap[2 * at + 2]
    const child = right && left && right.due < left.due ? 2 * at + 2 : 2 * at + 1
    const lower = heap[child]
    if (!lower || lower.due >= task.due) break
    heap[at] = lower
    at = child
  }
  heap[at] = task
}
