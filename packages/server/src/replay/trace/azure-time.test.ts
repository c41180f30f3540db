import { describe, expect, it } from 'vitest'
import { parseAzureTime } from './azure-time.ts'

describe('timestamps of the Azure traces', () => {
  it.each([
    ['2023-11-16 18:15:46.6805900', Date.UTC(2023, 10, 16, 18, 15, 46) + 680.59],
    ['2023-11-16 18:15:46', Date.UTC(2023, 10, 16, 18, 15, 46)],
    ['2024-05-10 00:00:00.009930+00:00', Date.UTC(2024, 4, 10) + 9.93],
    ['2024-05-10 02:00:00+02:00', Date.UTC(2024, 4, 10)],
    ['2024-05-10T00:00:00Z', Date.UTC(2024, 4, 10)],
    ['2024-02-29 23:59:59.9999999', Date.UTC(2024, 1, 29, 23, 59, 59) + 999.9999],
  ])('reads %s', (text, expected) => {
    expect(parseAzureTime(text)).toBeCloseTo(expected, 3)
  })

  it.each([
    '',
    'yesterday',
    '1700158546',
    '2023-11-16',
    '2023-02-30 00:00:00',
    '2023-11-16 24:00:01',
    '2023-13-01 00:00:00',
    '2023-11-16 18:15:46.',
  ])('refuses %j', text => {
    expect(parseAzureTime(text)).toBeNull()
  })
})
