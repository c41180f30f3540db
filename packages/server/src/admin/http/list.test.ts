import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { paged, pageQuery } from './list.ts'

const item = fc.record({
  id: fc.string({ minLength: 1, maxLength: 4 }),
  group: fc.constantFrom('a', 'b', undefined),
  size: fc.integer({ min: -3, max: 3 }),
})
const items = fc.uniqueArray(item, { selector: each => each.id, maxLength: 30 })

describe('pages', () => {
  it('hold every item that fits the filter once, in order, whatever the limit and the sort', () => {
    const sort = fc.constantFrom('id', '-id', 'size', '-size', 'group')
    const group = fc.constantFrom('a', 'b', undefined)
    fc.assert(
      fc.property(items, sort, group, fc.integer({ min: 1, max: 7 }), (all, sort, group, limit) => {
        const seen = []
        let after: string | undefined
        do {
          const page = paged(all, { limit, after, sort, group })
          expect(page.items.length).toBeLessThanOrEqual(limit)
          seen.push(...page.items)
          after = page.next ?? undefined
        } while (after !== undefined)
        const fitting = all.filter(each => group === undefined || each.group === group)
        expect(seen.toSorted(byId)).toEqual(fitting.toSorted(byId))
        const field = sort.replace('-', '') as 'id' | 'size' | 'group'
        const values = seen.map(each => each[field] ?? '')
        const rising = sort.startsWith('-') ? values.toReversed() : values
        expect(rising.every((value, index) => index === 0 || (rising[index - 1] ?? '') <= value)).toBe(true)
      }),
    )
  })

  it('go on at the same place when the item of the cursor is gone', () => {
    const all = ['a', 'b', 'c', 'd'].map(id => ({ id }))
    const { next } = paged(all, { limit: 2, sort: 'id' })
    const left = all.filter(({ id }) => id !== 'b')
    expect(paged(left, { limit: 2, sort: 'id', after: next ?? '' }).items).toEqual([{ id: 'c' }, { id: 'd' }])
  })

  it('find a value within a list', () => {
    const all = [
      { id: 'a', tags: ['x', 'y'] },
      { id: 'b', tags: [] },
    ]
    expect(paged(all, { limit: 5, sort: 'id', tags: 'y' }).items).toEqual([all[0]])
  })
})

describe('the query', () => {
  const query = pageQuery({ sort: ['id', 'size'], filter: {} })

  it('has defaults', () => {
    expect(query.parse({})).toEqual({ limit: 50, sort: 'id' })
    expect(query.parse({ limit: '7', sort: '-size' })).toEqual({ limit: 7, sort: '-size' })
  })

  test.each([
    ['limit', '0'],
    ['limit', '501'],
    ['limit', 'ten'],
    ['sort', 'colour'],
    ['after', 'nonsense'],
    ['after', Buffer.from('{"id":1}').toString('base64url')],
    ['colour', 'red'],
  ])('refuses %s=%s', (name, value) => {
    expect(query.safeParse({ [name]: value }).success).toBe(false)
  })
})

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
