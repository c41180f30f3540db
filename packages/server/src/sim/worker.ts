// Runs the simulated provider in a worker thread: `workerData` is { config, host?, port? }, the first message is
// { url, port }; the message 'close' ends it.
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { type SimConfig, simConfigSchema } from './config.ts'
import { type SimOptions, startSim } from './server.ts'

/** What the worker is started with. `config` is parsed again, so defaults may be left out. */
export type SimWorkerData = SimOptions & { readonly config: SimConfig }

/** What the worker says once it listens. */
export type SimWorkerReady = { readonly url: string; readonly port: number }

if (!isMainThread && parentPort) {
  const port = parentPort
  const { config, ...options } = workerData as SimWorkerData
  const sim = await startSim(simConfigSchema.parse(config), options)
  port.once('message', () => {
    void sim.close().then(() => port.close())
  })
  port.postMessage({ url: sim.url, port: sim.port } satisfies SimWorkerReady)
}
