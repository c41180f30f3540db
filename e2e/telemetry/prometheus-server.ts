// A real Prometheus, of the Debian package, that scrapes one target with the alert rules of the docs.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithFile } from '../support/clean-up.ts'
import { REPOSITORY } from '../support/program.ts'
import { until } from '../support/until.ts'

export const ALERT_RULES = join(REPOSITORY, 'docs/prometheus/alerts.yaml')

/** Undefined when it is installed; else why a test that needs it cannot run. */
export function missingPrometheus(): string | undefined {
  for (const program of ['prometheus', 'promtool']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' })
    } catch {
      return `${program} is not installed; on Debian: apt-get install --no-install-recommends prometheus`
    }
  }
  return undefined
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface PrometheusServer {
  /** Evaluates an expression now; rejects with Prometheus' words when it is wrong. */
  query(expression: string): Promise<Sample[]>
  /** Any other call of its API; the `data` of the answer. */
  api(path: string): Promise<unknown>
  /** What it has logged at a level above info. */
  complaints(): string[]
}

export async function startPrometheus(target: string): Promise<PrometheusServer> {
  const home = mkdtempSync(join(tmpdir(), 'weir-prometheus-'))
  endWithFile(() => rmSync(home, { recursive: true, force: true }))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [ALERT_RULES],
    scrape_configs: [{ job_name: 'weir', static_configs: [{ targets: [target] }] }],
  }
  writeFileSync(join(home, 'prometheus.yml'), JSON.stringify(config))
  const port = await freePort()
  const server = spawn('prometheus', [
    `--config.file=${join(home, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  const log = collectLog(server)
  const url = `http://127.0.0.1:${port}`
  await until('the start of Prometheus', () => {
    if (server.exitCode !== null) throw new Error(`Prometheus ended:\n${log()}`)
    return log().includes('Server is ready to receive web requests')
  })
  return {
    query: expression => queryAt(url, expression),
    api: path => apiAt(url, path),
    complaints: () =>
      log()
        .split('\n')
        .filter(line => /level=(warn|error)/i.test(line)),
  }
}

function collectLog(server: ChildProcess): () => string {
  let log = ''
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const ended = new Promise<void>(resolve => {
    server.once('close', () => resolve())
  })
  endWithFile(async () => {
    server.kill('SIGKILL')
    await ended
  })
  return () => log
}

interface ApiAnswer {
  readonly status: 'success' | 'error'
  readonly error?: string
  readonly data: unknown
  readonly warnings?: readonly string[]
}

async function apiAt(url: string, path: string): Promise<unknown> {
  const answer = (await (await fetch(`${url}/api/v1${path}`)).json()) as ApiAnswer
  if (answer.status === 'error' || answer.warnings !== undefined)
    throw new Error(`${path}: ${answer.error ?? answer.warnings?.join('; ')}`)
  return answer.data
}

async function queryAt(url: string, expression: string): Promise<Sample[]> {
  const data = await apiAt(url, `/query?query=${encodeURIComponent(expression)}`)
  const { result } = data as {
    readonly result: readonly { readonly metric: Sample['metric']; readonly value: [number, string] }[]
  }
  return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
}

function freePort(): Promise<number> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Runs `promtool` with this text on stdin. */
export function runPromtool(
  args: readonly string[],
  stdin = '',
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise(resolve => {
    const child = execFile('promtool', args, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr })
    })
    child.stdin?.end(stdin)
  })
}
