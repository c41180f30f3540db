import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fileTrouble } from './file-trouble.ts'

function thrownBy(action: () => void): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}

describe('trouble with a file', () => {
  it('is told without its path', () => {
    const error = thrownBy(() => writeFileSync('/no/such/place', ''))
    expect(fileTrouble(error)).toBe('no such file or directory (ENOENT)')
  })

  it('that is no error of the system is told in its own words', () => {
    expect(fileTrouble(new Error('half a line'))).toBe('half a line')
    expect(fileTrouble('half a line')).toBe('half a line')
  })
})
