import { allCommands } from './command-loaders.js'
import { run as runWith } from './main.js'

/** dist/cli.cjs: every command. */
export const run = () => runWith(allCommands)
