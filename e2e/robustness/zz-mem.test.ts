import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { it } from 'vitest'
import { KEY, startGateway, testKey } from '../support/gateway.ts'
import { until } from '../support/until.ts'
import { startDrip } from './drip.ts'
import { residentMebibytes } from './memory.ts'

const BODY = JSON.stringify({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'Hello' }] })
it('mem', async () => {
  const provider = await startDrip()
  const gateway = await startGateway({
    config: {
      version: 1,
      providers: { drip: { type: 'openai', base_url: `${provider.url}/v1` } },
      models: { 'drip/large': {} },
      routers: { demo: { default_route: { split: { variants: [{ id: 'large', model: 'drip/large' }] } } } },
      keys: [testKey],
    },
    env: JSON.parse(process.env.EXTRA ?? '{}'),
  })
  const mem = () => residentMebibytes(gateway.program.process.pid)?.toFixed(0)
  console.log('idle', mem())
  const agent = new Agent({ keepAlive: true, maxSockets: 2000 })
  for (let round = 0; round < 5; round++) {
    let hello = 0,
      ended = 0
    for (let i = 0; i < 2000; i++) {
      const call = request(
        `${gateway.url}/v1/chat/completions`,
        { method: 'POST', agent, headers: { authorization: `Bearer ${KEY}`, 'content-length': BODY.length } },
        res => {
          let first = true
          res.on('data', () => {
            if (first) hello++
            first = false
          })
          res.on('end', () => ended++)
        },
      )
      call.end(BODY)
    }
    await until('hello', () => hello === 2000)
    const a = mem()
    for (let p = 0; p < 5; p++) {
      provider.drip()
      await delay(100)
    }
    const b = mem()
    provider.finish()
    await until('ended', () => ended === 2000)
    await delay(round === 4 ? 5000 : 200)
    console.log(round, 'open', a, 'dripped', b, 'after', mem())
  }
}, 90000)
