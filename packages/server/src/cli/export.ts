// `weir export`: the config in force, as a file for `weir apply`; below it, other things that can be exported.
import { type Command, Option } from 'commander'
import { addControlOptions, type ControlOptions, withControl } from './control-client.ts'
import { registerExportEvents } from './export-events.ts'
import { printJson } from './output.ts'

interface Options extends ControlOptions {
  readonly format: 'yaml' | 'json'
  /** False with `--no-buckets`. */
  readonly buckets: boolean
}

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .summary('print the config in force; `export events`: recorded events as a file')
    .description(
      'Print the config in force with its bucket tables: applied elsewhere, it gives every unit the same variant.',
    )
    .addOption(new Option('--format <format>', 'of the file').choices(['yaml', 'json']).default('yaml'))
    .option('--no-buckets', 'leave the bucket tables out, for a file that is maintained by hand')
    .enablePositionalOptions()
  addControlOptions(command).action(exportConfig)
  registerExportEvents(command)
}

async function exportConfig(options: Options): Promise<void> {
  await withControl(options, async client => {
    const { text } = await client.send({
      method: 'GET',
      path: '/api/v1/config',
      query: { buckets: options.buckets ? undefined : 'false' },
      headers: { accept: `application/${options.format}` },
    })
    if (options.format === 'json') printJson(JSON.parse(text))
    else process.stdout.write(text)
  })
}
