import { run as runWith } from './main.js'

/** dist/token.cjs: what `$(slack-oauth token)` loads, and small for it; it tells version and help too. */
export const run = () =>
  runWith({
    token: async (context) => (await import('./commands/token.js')).tokenCommand(context),
  })
