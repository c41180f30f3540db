// `weir schema`: the JSON Schema of the config file, for editors.
import { configJsonSchema } from '@weir/core/config'
import type { Command } from 'commander'
import { printJson } from './output.ts'

export function registerSchema(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of the config file')
    .description('Print the JSON Schema of weir.yaml, for completion and checks in editors.')
    .action(() => printJson(configJsonSchema()))
}
