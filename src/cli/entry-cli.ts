import { allCommands } from './command-loaders.ts'
import { run as runWith } from './main.ts'

/** dist/cli.cjs: every command. */
export const run = () => runWith(allCommands)
