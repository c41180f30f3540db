import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, request } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import type { PrivateNetworks } from './base-url.ts'
import { AddressRefusedError, checkedConnector } from './checked-lookup.ts'

async function call(host: string, networks: () => PrivateNetworks): Promise<number> {
  const server = createServer((_, res) => res.end('ok'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const agent = new Agent({ connect: checkedConnector({ timeout: 5_000 }, networks) })
  onTestFinished(async () => {
    await agent.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const answer = await request(`http://${host}:${port}/`, { dispatcher: agent })
  await answer.body.dump()
  return answer.statusCode
}

test.each(['127.0.0.1', 'localhost'])('%s is reached where private networks are allowed', async host => {
  await expect(call(host, () => 'allow')).resolves.toBe(200)
})

test.each(['127.0.0.1', 'localhost'])('%s is refused where they are not, before a connection', async host => {
  await expect(call(host, () => 'refuse')).rejects.toBeInstanceOf(AddressRefusedError)
})

test.each(['0.0.0.0', '[::]', '[::ffff:169.254.169.254]'])('%s is refused in any case', async host => {
  await expect(call(host, () => 'allow')).rejects.toBeInstanceOf(AddressRefusedError)
})
