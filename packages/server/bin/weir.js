#!/usr/bin/env node
// The `weir` command. Plain JavaScript, so that an old Node says what it needs instead of failing on a type.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `weir needs Node 24 or newer; this is ${process.version}. In the repository, \`npm run weir\` brings its own.\n`,
  )
  process.exit(2)
}
await import('../src/main.ts')
