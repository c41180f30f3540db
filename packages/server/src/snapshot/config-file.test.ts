import { formatPath, type ProblemPath } from '@weir/core/config'
import { describe, expect, test } from 'vitest'
import { readConfigText } from './config-file.ts'

const file = `# the gateway
version: 1
providers:
  sim: { type: openai, base_url: 'http://localhost/v1' }
models:
  "sim/large": {}
routers:
  demo:
    routes:
      - id: premium
        condition: tier == "premium"
        split:
          variants:
            - id: a
              model: sim/large
              wieght: 80
            - { id: b, model: sim/small }
    default_route:
      split: &split
        variants:
          - id: c
            model: sim/large
`

describe('a problem is located', () => {
  const text = readConfigText(file)
  const at = (path: ProblemPath, code = 'x', offset?: number) => {
    const { line, column } = text.locate({
      code,
      path,
      message: 'm',
      ...(offset === undefined ? {} : { offset }),
    })
    return `${line}:${column}`
  }

  test.each<[string, ProblemPath, string]>([
    ['a scalar at its value', ['version'], '2:10'],
    ['a map at its first key', ['routers', 'demo'], '9:5'],
    ['a value in flow style', ['providers', 'sim', 'type'], '4:16'],
    ['a key in quotes', ['models', 'sim/large'], '6:16'],
    ['an item of a list', ['routers', 'demo', 'routes', 0], '10:9'],
    ['deep down', ['routers', 'demo', 'routes', 0, 'split', 'variants', 0, 'model'], '15:22'],
    ['in an item in flow style', ['routers', 'demo', 'routes', 0, 'split', 'variants', 1, 'model'], '17:31'],
    ['under an anchor', ['routers', 'demo', 'default_route', 'split', 'variants', 0, 'id'], '21:17'],
    [
      'what is missing where its parent stands',
      ['routers', 'demo', 'routes', 0, 'split', 'variants', 1, 'weight'],
      '17:15',
    ],
    [
      'what is missing altogether at the nearest thing there is',
      ['routers', 'demo', 'routes', 7, 'split', 'x'],
      '10:7',
    ],
    ['a missing section at the beginning', ['keys', 0, 'id'], '2:1'],
    ['the whole file at its beginning', [], '2:1'],
  ])('%s', (_, path, place) => {
    expect(at(path), formatPath(path)).toBe(place)
  })

  test('an unknown field at its name', () => {
    const path = ['routers', 'demo', 'routes', 0, 'split', 'variants', 0, 'wieght']
    expect(at(path, 'unknown_field')).toBe('16:15')
  })

  test('the inside of a condition at its character', () => {
    const path = ['routers', 'demo', 'routes', 0, 'condition']
    expect([at(path, 'condition', 0), at(path, 'condition', 8)]).toEqual(['11:20', '11:28'])
  })
})

describe('the inside of a condition, however it is written', () => {
  // Each condition is `tier = "x"` and the problem is its fifth character, the single equals sign.
  test.each([
    ['plain', 'a: tier = "x"\n', '1:9'],
    ['in single quotes', `a: 'tier = "x"'\n`, '1:10'],
    ['in double quotes', `a: "tier = 'x'"\n`, '1:10'],
    ['in double quotes with escapes behind it', 'a: "tier = \\"x\\""\n', '1:10'],
    ['in a literal block', 'a: |\n  tier = "x"\n', '2:8'],
    ['in a literal block without the last line break', 'a: |-\n    tier = "x"\n', '2:10'],
    ['in a folded block', 'a: >-\n  tier = "x"\n', '2:8'],
  ])('%s', (_, text, place) => {
    const { line, column } = readConfigText(text).locate({
      code: 'condition',
      path: ['a'],
      message: 'm',
      offset: 5,
    })
    expect(`${line}:${column}`).toBe(place)
  })
})

describe('what is no YAML is refused with its place', () => {
  test.each<[string, string, string]>([
    ['a tab', 'a:\n\tb: 1\n', '2:1 YAML does not allow tabs as indentation; use spaces'],
    [
      'a key that stands twice',
      'a: 1\nb: 2\na: 3\n',
      '3:1 this key stands twice in the same map; ids must be unique',
    ],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      '2:1 the file holds more than one document; remove this `---` and what follows',
    ],
    ['nothing', '', '1:1 the file is empty; a config begins with `version: 1`'],
    ['comments only', '# nothing\n', '1:1 the file is empty; a config begins with `version: 1`'],
    ['an alias of nothing', 'a: *b\n', '1:1 an alias (`*name`) cannot be resolved: '],
    [
      'an alias inside what it names',
      'a: &a [*a]\n',
      '1:1 an alias (`*name`) stands inside what it names; write the value out',
    ],
    [
      'aliases that multiply without end',
      `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${[1, 2, 3, 4, 5, 6].map(i => `a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`).join('\n')}\n`,
      '1:1 an alias (`*name`) cannot be resolved: ',
    ],
  ])('%s', (_, text, expected) => {
    const { value, syntaxProblems } = readConfigText(text)
    const problem = syntaxProblems[0]
    expect(value).toBeUndefined()
    expect(`${problem?.line}:${problem?.column} ${problem?.message}`).toContain(expected)
  })

  test.each(['a: [1, 2\n', 'a: "x\n', '{a: 1', 'a: b: c\n', '- a\nb: 1\n'])('%j', text => {
    const [problem] = readConfigText(text).syntaxProblems
    expect(problem).toMatchObject({ code: 'yaml', path: [], message: expect.stringMatching(/\S/) })
    expect(problem?.line).toBeGreaterThan(0)
  })
})

test('JSON is YAML too, and aliases that can be resolved are', () => {
  expect(readConfigText('{"version": 1, "keys": []}').value).toEqual({ version: 1, keys: [] })
  expect(readConfigText('a: &x {b: 1}\nc: *x\n').value).toEqual({ a: { b: 1 }, c: { b: 1 } })
  expect(readConfigText('\ufeffversion: 1\r\n').value).toEqual({ version: 1 })
})
