// `npm test`: every check there is, one after the other, all of them even when one fails. The last line counts.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Tally {
  readonly passed: number
  readonly failed: number
}

const bin = (name: string) => join(import.meta.dirname, '..', 'node_modules', '.bin', name)

const STATIC_CHECKS: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['format', 'biome', ['ci', '--log-level=error', '--colors=off', '.']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['types of core', 'tsc', ['-p', 'packages/core']],
  ['types', 'tsc', ['-p', '.']],
  [
    'import table',
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'packages', 'e2e', 'bench', 'scripts'],
  ],
  ['unused code', 'knip', ['--no-config-hints']],
]

function runStaticCheck(name: string, command: string, args: readonly string[]): Tally {
  const started = performance.now()
  const result = spawnSync(bin(command), args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
  const ok = result.status === 0
  process.stdout.write(
    `${ok ? 'ok    ' : 'FAILED'}  ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
  )
  if (!ok) process.stdout.write(`${result.stdout}${result.stderr}${result.error?.message ?? ''}\n`)
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** Runs the tests; every file that could not run counts as one failure beside its tests'. */
function runTests(): Tally {
  const directory = mkdtempSync(join(tmpdir(), 'weir-check-'))
  const report = join(directory, 'tests.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const result = spawnSync(bin('vitest'), args, { stdio: 'inherit' })
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
    }
    const crashed = result.status !== 0 && counts.numFailedTests === 0 ? 1 : 0
    return { passed: counts.numPassedTests, failed: counts.numFailedTests + crashed }
  } catch {
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const tallies = [
  ...STATIC_CHECKS.map(([name, command, args]) => runStaticCheck(name, command, args)),
  runTests(),
]
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
