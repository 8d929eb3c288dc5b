import { allCommands } from './all-commands.js'
import { run as runWith } from './main.js'

/** dist/cli.cjs: every command. */
export const run = () => runWith(allCommands)
