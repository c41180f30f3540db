import { expect, it, test } from 'vitest'
import { startTestControl } from '../fixtures/running-control.ts'
import { type MetricsSource, registerMetrics } from './routes.ts'

const whole: MetricsSource = {
  program: () => Promise.resolve('# TYPE weir_workers_serving gauge\nweir_workers_serving 2\n'),
  events: () => Promise.resolve('# TYPE weir_requests_total counter\nweir_requests_total 5\n'),
}

function startMetrics(source: MetricsSource) {
  return startTestControl({ resources: () => [app => registerMetrics(app, source)] })
}

it("answers in Prometheus' text format with what the program and the event plane know", async () => {
  const { call } = await startMetrics(whole)
  const { status, headers, text } = await call('GET', '/metrics', { token: null })
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(text).toMatch(/^weir_workers_serving 2$/m)
  expect(text).toMatch(/^weir_event_metrics_up 1$/m)
  expect(text).toMatch(/^weir_requests_total 5$/m)
})

test.each([
  ['fails', () => Promise.reject(new Error('its process ended'))],
  ['does not answer', () => new Promise<string>(() => {})],
])('tells of the program also while the event plane %s', async (_, events) => {
  const { call } = await startMetrics({ ...whole, events })
  const { status, text } = await call('GET', '/metrics')
  expect(status).toBe(200)
  expect(text).toMatch(/^weir_workers_serving 2$/m)
  expect(text).toMatch(/^weir_event_metrics_up 0$/m)
  expect(text).not.toContain('weir_requests_total')
})

test.each(['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'])(
  'whoever comes by way of a proxy, which says so by %s, needs a token',
  async header => {
    const { call, tokenOf } = await startMetrics(whole)
    const headers = { [header]: '203.0.113.7' }
    expect(await call('GET', '/metrics', { token: null, headers })).toMatchObject({ status: 401 })
    expect(await call('GET', '/metrics', { token: 'wat_of_nobody', headers })).toMatchObject({ status: 401 })
    const token = await tokenOf('viewer')
    expect(await call('GET', '/metrics', { token, headers })).toMatchObject({ status: 200 })
  },
)
