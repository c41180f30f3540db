#!/usr/bin/env node
// The `weir` command. Plain JavaScript, so that an old Node says what it needs instead of failing on a type.
import module from 'node:module'
import v8 from 'node:v8'

const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `weir needs Node 24 or newer; this is ${process.version}. In the repository, \`npm run weir\` brings its own.\n`,
  )
  process.exit(2)
}
// Stripped types are kept between starts: without this every thread would load the compiler that strips them, some
// 30 MB each. Worker threads learn of it by the environment.
const { directory } = module.enableCompileCache()
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory
// What is loaded now stays: letting the room for new objects grow while it loads would only keep some 25 MB for nothing.
// `weir start` gives the room back before anything is served (cli/start.ts).
v8.setFlagsFromString('--semi-space-growth-factor=1')
await import('../src/main.ts')
