// `npm run bench:events`: what recording and asking cost, one measurement after the other.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PARTS = [
  ['Ingest', 'ingest.ts'],
  ['Questions about ten million requests', 'query-times.ts'],
  ['The gateway with and without the store', 'gateway-cost.ts'],
  ['The data port while the store is asked and weights are saved', 'data-port.ts'],
] as const

for (const [title, file] of PARTS) {
  console.log(`\n## ${title}\n`)
  const path = fileURLToPath(new URL(file, import.meta.url))
  const { status } = spawnSync(process.execPath, [path], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
