// nginx with `split_clients` on the user and `proxy_pass` to kept-alive upstream connections. No access log.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from '../process/managed-process.ts'
import { freePort, waitUntilReady } from '../process/readiness.ts'
import { USER_HEADER } from '../workload.ts'
import type { Peer, PeerSetting } from './peer.ts'
import { runningPeer, unlessInstalled, versionOf } from './program.ts'

interface Ports {
  readonly whole: number
  readonly streamed: number
}

const address = (origin: string): string => new URL(origin).host

const upstreamBlock = (name: string, origin: string): string => `
  upstream ${name} {
    server ${address(origin)};
    keepalive 512;
    keepalive_requests 100000000;
  }`

const serverBlock = (port: number, buffering: 'on' | 'off'): string => `
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://$variant;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering ${buffering};
      proxy_read_timeout 120s;
    }
  }`

/** A root master would run its worker as another user, which could not enter the temporary directory. */
const userLine = (): string => (process.getuid?.() === 0 ? 'user root;' : '')

const configuration = ({ upstream, directory }: PeerSetting, ports: Ports): string => `${userLine()}
daemon off;
worker_processes 1;
worker_rlimit_nofile 16000;
pid ${join(directory, 'nginx.pid')};
error_log stderr warn;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path ${join(directory, 'body')};
  proxy_temp_path ${join(directory, 'proxy')};
  fastcgi_temp_path ${join(directory, 'fastcgi')};
  uwsgi_temp_path ${join(directory, 'uwsgi')};
  scgi_temp_path ${join(directory, 'scgi')};
  split_clients "$http_${USER_HEADER.replaceAll('-', '_')}" $variant {
    80% large;
    *   small;
  }${upstreamBlock('large', upstream.large)}${upstreamBlock('small', upstream.small)}${serverBlock(
    ports.whole,
    'on',
  )}${serverBlock(ports.streamed, 'off')}
}
`

export const nginx: Peer = {
  name: 'nginx',
  describe: async () =>
    `${await versionOf('nginx', '-v')}, split_clients 80/20 + proxy_pass, 1 worker, no access log`,
  unavailable: () => unlessInstalled('nginx', '-v'),
  async start(setting) {
    const ports = { whole: await freePort(), streamed: await freePort() }
    const file = join(setting.directory, 'nginx.conf')
    writeFileSync(file, configuration(setting, ports))
    const started = startProgram('nginx', ['-e', 'stderr', '-p', setting.directory, '-c', file])
    const origin = (port: number) => `http://127.0.0.1:${port}`
    await waitUntilReady(started, origin(ports.streamed), status => status === 404)
    return runningPeer(started, origin(ports.whole), {
      origins: { whole: origin(ports.whole), streamed: origin(ports.streamed) },
    })
  },
}
