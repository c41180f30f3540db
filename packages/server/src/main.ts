// The program's entry: hands the command line to the commands.
import { runCommandLine } from './cli/command-line.ts'

process.exitCode = await runCommandLine(process.argv)
