import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatProblem, isPackageInstalled, loadConfigFile, loadConfigText } from './load.ts'

const context = { revision: 4, tables: new Map() }
const variable = 'WEIR_TEST_LOAD_KEY'

const valid = `version: 1
providers:
  sim: { type: openai, base_url: http://localhost/v1 }
models:
  sim/large: {}
routers:
  demo:
    time_zone: Europe/Berlin
    default_route: { split: { variants: [{ id: large, model: sim/large }] } }
keys:
  - id: demo
    secret: { env: ${variable} }
`

let home: string

beforeAll(() => {
  process.env[variable] = 'abc'
  home = mkdtempSync(join(tmpdir(), 'weir-load-'))
})

afterAll(() => {
  delete process.env[variable]
  rmSync(home, { recursive: true, force: true })
})

function problemsOf(text: string): string[] {
  const loaded = loadConfigText(text, context)
  return loaded.kind === 'refused' ? loaded.problems.map(problem => formatProblem('weir.yaml', problem)) : []
}

describe('a config file', () => {
  test('is compiled with the secrets, zones and revision of this machine', () => {
    expect(loadConfigText(valid, context)).toMatchObject({
      kind: 'loaded',
      snapshot: {
        revision: 4,
        // SHA-256 of "abc", FIPS 180-2, appendix B.1.
        keys: [{ id: 'demo', digest: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' }],
      },
    })
  })

  test('has all its problems told at once, in the order they stand in it', () => {
    const broken = valid
      .replace('type: openai', 'type: openia')
      .replace('Europe/Berlin', 'Europe/Bärlin')
      .replace('model: sim/large', 'model: sim/lagre')
      .replace(variable, 'WEIR_TEST_LOAD_UNSET')
    expect(problemsOf(broken)).toEqual([
      'weir.yaml:3:16: providers.sim.type: must be "openai" or "anthropic" or "ai-sdk"',
      'weir.yaml:8:16: routers.demo.time_zone: "Europe/Bärlin" is not an IANA time zone, such as "Europe/Berlin" or "UTC"',
      'weir.yaml:9:62: routers.demo.default_route.split.variants[0].model: there is no model "sim/lagre" under `models`; did you mean "sim/large"?',
      `weir.yaml:12:20: keys[0].secret.env: the environment variable WEIR_TEST_LOAD_UNSET is not set; set it to the key's secret, or give a \`digest\``,
    ])
  })

  test('points at what a provider lacks and at what a target cannot take', () => {
    const text = valid
      .replace('type: openai, base_url: http://localhost/v1', 'preset: azure-openai, headers: {}')
      .replace('models:', '  claude: { preset: anthropic }\nmodels:\n  claude/*: {}')
      .replace('model: sim/large }', 'model: claude/x, parameters: { n: 2 } }')
    expect(problemsOf(text)).toEqual([
      'weir.yaml:3:8: providers.sim.base_url: is missing; it must be a URL such as "https://<resource>.openai.azure.com/openai/v1"',
      "weir.yaml:11:89: routers.demo.default_route.split.variants[0].parameters.n: is not a field of Anthropic's format; leave it out",
    ])
  })

  test.each(['@ai-sdk/google', '@ai-sdk/amazon-bedrock'])('may call %s, which is installed', name => {
    const text = valid.replace(
      'type: openai, base_url: http://localhost/v1',
      `type: ai-sdk, package: '${name}'`,
    )
    expect(problemsOf(text)).toEqual([])
  })

  test('points into a condition', () => {
    const text = valid.replace(
      '    default_route',
      `    routes:
      - id: gold
        condition: |
          tier == "gold"
            && stream +
        split: { variants: [{ id: large, model: sim/large }] }
    default_route`,
    )
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^weir\.yaml:1[23]:\d+: routers\.demo\.routes\[0\]\.condition: \S/),
    ])
  })

  test('with an empty environment variable has no secret', () => {
    process.env.WEIR_TEST_LOAD_EMPTY = ''
    expect(problemsOf(valid.replace(variable, 'WEIR_TEST_LOAD_EMPTY'))).toHaveLength(1)
    delete process.env.WEIR_TEST_LOAD_EMPTY
  })

  test.each<[string, string | Buffer | undefined, string]>([
    ['that is not there', undefined, 'cannot be read: there is no such file'],
    ['in another encoding', Buffer.from([0x76, 0xe4, 0x0a]), 'is not UTF-8; save it in that encoding'],
  ])('%s is refused', (_, content, message) => {
    const path = join(home, 'weir.yaml')
    if (content !== undefined) writeFileSync(path, content)
    expect(loadConfigFile(path, context)).toMatchObject({
      kind: 'refused',
      problems: [{ message, line: 1, column: 1 }],
    })
  })

  test('that is a directory is refused', () => {
    expect(loadConfigFile(home, context)).toMatchObject({
      kind: 'refused',
      problems: [{ message: 'cannot be read: it is a directory' }],
    })
  })
})

test.each([
  ['zod', true],
  ['@ai-sdk/no-such-package', false],
  ['', false],
])('whether the package %j can be imported: %s', (name, isInstalled) => {
  expect(isPackageInstalled(name)).toBe(isInstalled)
})
