// The bench's command line.
import { describe, expect, it } from 'vitest'
import { parsePlan, UsageError } from './options.ts'

describe('parsePlan', () => {
  it('runs every peer, full length, into the committed results without options', () => {
    expect(parsePlan([])).toMatchObject({
      rounds: 5,
      json: 'bench/results/proxy.json',
      held: { streams: 2000 },
      peers: [
        'direct',
        'nginx',
        'haproxy',
        'minimal',
        'weir',
        'weir-translated',
        'weir-library',
        'portkey',
        'portkey-translated',
      ],
    })
  })

  it.each([[['--quick']], [['--only', 'weir']], [['--rounds', '2']], [['--profile', 'x']]])(
    'keeps the committed results out of a partial run (%s)',
    args => {
      expect(parsePlan(args)?.json).toBe('bench/results/raw/proxy.json')
    },
  )

  it('takes peers in the order of the turns, not of the command line', () => {
    expect(parsePlan(['--only', 'weir, nginx'])?.peers).toEqual(['nginx', 'weir'])
  })

  it('writes where it is told to', () => {
    expect(parsePlan(['--quick', '--json', 'x.json'])?.json).toBe('x.json')
  })

  it('keeps a full run that compares with another checkout a full one', () => {
    const plan = parsePlan(['--before', '../old'])
    expect(plan).toMatchObject({ before: '../old', json: 'bench/results/proxy.json' })
    expect(plan?.peers).toContain('weir-before')
  })

  it('runs the other checkout beside the peers that are named', () => {
    expect(parsePlan(['--only', 'weir', '--before', '../old'])?.peers).toEqual(['weir', 'weir-before'])
  })

  it('gives no plan for --help', () => {
    expect(parsePlan(['--help'])).toBeUndefined()
  })

  it.each([
    { args: ['--only', 'apache'], said: 'unknown peer: apache' },
    { args: ['--only', 'weir-before'], said: 'weir-before is run by --before DIR' },
    { args: ['--rounds', '0'], said: '--rounds takes a whole number from 1' },
    { args: ['--rounds', '1.5'], said: '--rounds takes a whole number from 1' },
    { args: ['--fast'], said: "Unknown option '--fast'" },
  ])('refuses $args', ({ args, said }) => {
    expect(() => parsePlan(args)).toThrow(UsageError)
    expect(() => parsePlan(args)).toThrow(said)
  })
})
