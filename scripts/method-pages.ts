// `npm run method-pages`: pictures of methods, and what the examples of their pages print, made anew.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderMethodPictures } from './method-pictures.ts'
import { withOutputs } from './page-examples.ts'

const DIRECTORY = join(import.meta.dirname, '..', 'docs', 'statistics')

mkdirSync(join(DIRECTORY, 'picture'), { recursive: true })
for (const [name, svg] of renderMethodPictures()) writeFileSync(join(DIRECTORY, 'picture', name), svg)
for (const name of globSync('*.md', { cwd: DIRECTORY })) {
  const file = join(DIRECTORY, name)
  const page = readFileSync(file, 'utf8')
  const current = withOutputs(page)
  if (current !== page) writeFileSync(file, current)
}
