// The shape of a printed table.
import { expect, it } from 'vitest'
import { markdownTable } from './markdown.ts'

it('pads every column to its widest cell, text left and figures right', () => {
  expect(
    markdownTable(
      ['peer', 'us'],
      [
        ['nginx', '24.0'],
        ['weir', '9'],
      ],
    ),
  ).toBe(['| peer  |   us |', '|:------|-----:|', '| nginx | 24.0 |', '| weir  |    9 |'].join('\n'))
})
