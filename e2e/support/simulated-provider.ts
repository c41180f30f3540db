// The simulated provider for tests: a real HTTP server in this process, so fast that its pace never matters. It ends
// with the test file.
import { defaultSimConfig, type SimConfig } from '../../packages/server/src/sim/config.ts'
import { type Sim, type SimOptions, startSim } from '../../packages/server/src/sim/server.ts'
import { endWithFile } from './clean-up.ts'

/** Starts a provider with the models `large` and `small`; `changes` replace parts of its config. */
export async function startProvider(
  changes: Partial<SimConfig> = {},
  options: SimOptions = {},
): Promise<Sim> {
  const sim = await startSim({ ...defaultSimConfig, speed: 10_000, ...changes }, options)
  endWithFile(() => sim.close())
  return sim
}
