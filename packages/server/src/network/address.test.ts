import { describe, expect, test } from 'vitest'
import { kindOfAddress, kindOfName } from './address.ts'
import { checkDestination } from './base-url.ts'

describe('an address', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['127.0.0.1', 'private'],
    ['::1', 'private'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['0.0.0.0', 'never'],
    ['::', 'never'],
    ['169.254.169.254', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['64:ff9b::a9fe:a9fe', 'never'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['fd00:ec2::254', 'never'],
    ['fd20:ce::254', 'never'],
    ['100.100.100.200', 'never'],
    ['168.63.129.16', 'never'],
    ['224.0.0.1', 'never'],
    ['ff02::1', 'never'],
    ['255.255.255.255', 'never'],
    ['240.0.0.1', 'never'],
    ['2002:a00:1::1', 'never'],
    ['2001::1', 'never'],
    ['no address', 'never'],
  ])('%s is %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind)
  })
})

describe('a name', () => {
  test.each([
    ['metadata.google.internal', 'never'],
    ['METADATA.google.internal.', 'never'],
    ['x.metadata.goog', 'never'],
    ['localhost', 'private'],
    ['api.localhost', 'private'],
    ['localhost.example.com', 'unknown'],
  ])('%s is %s', (name, kind) => {
    expect(kindOfName(name)).toBe(kind)
  })
})

describe('a base URL', () => {
  const table: Record<string, string[]> = {
    'api.example.com': ['8.8.8.8'],
    'lan.example.com': ['8.8.8.8', '192.168.0.7'],
    'meta.example.com': ['169.254.169.254'],
  }
  const resolve = (name: string) =>
    table[name] === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(table[name])

  test.each([
    ['https://api.example.com/v1', undefined],
    ['https://unknown.example.com/v1', undefined],
    ['http://lan.example.com/v1', /lan\.example\.com \(192\.168\.0\.7\).*private network/],
    ['http://meta.example.com/v1', /169\.254\.169\.254.*metadata/],
    ['http://2130706433/v1', /127\.0\.0\.1/],
    ['http://0x7f.1/v1', /127\.0\.0\.1/],
    ['http://0177.0.0.1/v1', /127\.0\.0\.1/],
    ['http://[::ffff:7f00:1]/v1', /::ffff:7f00:1.*private/],
    ['http://2852039166/latest', /169\.254\.169\.254/],
    ['http://0/', /0\.0\.0\.0/],
    ['ftp://api.example.com/', /http or https/],
  ])('%s, private networks refused', async (url, message) => {
    const refusal = await checkDestination(url, 'refuse', resolve)
    if (message === undefined) expect(refusal).toBeUndefined()
    else expect(refusal).toMatch(message)
  })

  test.each([
    ['http://lan.example.com/v1', undefined],
    ['http://localhost:11434/v1', undefined],
    ['http://[::1]:8000', undefined],
    ['http://meta.example.com/v1', /metadata/],
    ['http://metadata.google.internal/', /metadata/],
  ])('%s, private networks allowed', async (url, message) => {
    const refusal = await checkDestination(url, 'allow', resolve)
    if (message === undefined) expect(refusal).toBeUndefined()
    else expect(refusal).toMatch(message)
  })
})
