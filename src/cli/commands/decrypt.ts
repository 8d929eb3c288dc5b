import { Command } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import type { Context } from '../context.ts'
import { type StoreFlags, withJson, withStore } from '../options/shared-options.ts'
import { environment } from '../settings/environment.ts'
import { storeLocation, withOpenStore } from '../settings/store.ts'
import { printJson, say } from '../terminal/output.ts'

interface Flags extends StoreFlags {
  readonly json?: true
}

export function decryptCommand(context: Context): Command {
  const command = new Command('decrypt')
    .description(
      'Store the secrets of a sealed store in the clear again, and from then on what is stored, so ' +
        "that Slack's own SDKs can read it. Needs the key, and leaves it where it is.",
    )
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth decrypt
  slack-oauth decrypt --db installations.db --env-file app.env`,
    )
    .action((flags: Flags) => runDecrypt(context, flags))
  return withJson(withStore(command))
}

async function runDecrypt(context: Context, flags: Flags): Promise<void> {
  const env = environment(context, flags)
  const location = await storeLocation(context, env, flags)
  const opened = await withOpenStore(
    context,
    location,
    { mustExist: true, env },
    async ({ encryption }) => {
      if ((await encryption.keyId()) === undefined) {
        throw new SlackOAuthError('usage', 'The store is not encrypted')
      }
      return encryption.unseal()
    },
  )
  if (flags.json) return printJson(context, { opened })
  say(context, `${opened} are stored in the clear now, and whoever reads the store can read them`)
}
