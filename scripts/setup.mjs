// Makes a fresh clone runnable: installs the locked dependencies when they are missing or stale.
// Plain JavaScript without dependencies, because it runs on whatever Node the machine has.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const lockfile = join(root, 'package-lock.json')
const stamp = join(root, 'node_modules', '.weir-installed')
const pinnedNode = join(root, 'node_modules', '.bin', 'node')

function isInstalled(digest) {
  return existsSync(pinnedNode) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest
}

function install() {
  process.stderr.write('weir: installing the locked dependencies (once)\n')
  // Not `npm ci`: it refuses the lockfile when a registry does not serve some other platform's optional package.
  const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (npm.status !== 0) {
    process.stderr.write(`weir: npm install failed (exit code ${npm.status})\n`)
    process.exit(1)
  }
  try {
    execFileSync(pinnedNode, ['--version'], { stdio: 'ignore' })
  } catch {
    process.stderr.write('weir: the pinned Node did not install; run `npm install --ignore-scripts=false`\n')
    process.exit(1)
  }
}

const digest = createHash('sha256').update(readFileSync(lockfile)).digest('hex')
if (!isInstalled(digest)) {
  install()
  writeFileSync(stamp, digest)
}
