// What a test file has started, ended when the file is over, whether its tests passed or not. Importing this module
// in a test file is enough: each file has a list of its own.
import { aroundAll } from 'vitest'

type Ending = () => unknown

const endings: Ending[] = []

/** Calls `end` after the file's tests; the last begun ends first. */
export function endWithFile(end: Ending): void {
  endings.push(end)
}

// Around all, and not after it: a failing `afterAll` of the file would leave ours uncalled.
aroundAll(async runTests => {
  try {
    await runTests()
  } finally {
    await endEverything()
  }
})

async function endEverything(): Promise<void> {
  const failures: unknown[] = []
  for (const end of endings.splice(0).toReversed()) {
    try {
      await end()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be ended')
}
