import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPath, type ProblemPath, parsePath } from './problem.ts'

test.each<[ProblemPath, string]>([
  [[], ''],
  [['routers', 'chat', 'routes', 0, 'split'], 'routers.chat.routes[0].split'],
  [['models', 'openai/gpt-5.1', 'price'], 'models["openai/gpt-5.1"].price'],
  [['keys', '0'], 'keys.0'],
  [['providers', 'a"]b\\'], 'providers["a\\"]b\\\\"]'],
])('%j is written %s, and read back', (path, text) => {
  expect(formatPath(path)).toBe(text)
  expect(parsePath(text)).toEqual(path)
})

test('whatever is written is read back', () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.nat(10_000))
  fc.assert(
    fc.property(fc.array(part), path => {
      expect(parsePath(formatPath(path))).toEqual(path)
    }),
  )
})
