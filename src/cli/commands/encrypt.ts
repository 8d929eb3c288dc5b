import { resolve } from 'node:path'
import { Command } from 'commander'
import { keyFromEnvironment } from '../../store/encryption/key-source.ts'
import type { Context } from '../context.ts'
import { notEmpty } from '../options/argument-parsers.ts'
import { type StoreFlags, withJson, withStore } from '../options/shared-options.ts'
import { environment } from '../settings/environment.ts'
import { storeLocation, withOpenStore } from '../settings/store.ts'
import { printJson, say } from '../terminal/output.ts'

interface Flags extends StoreFlags {
  readonly rotate?: true
  readonly newKey?: string
  readonly json?: true
}

export function encryptCommand(context: Context): Command {
  const command = new Command('encrypt')
    .description(
      'Seal the tokens, refresh tokens and webhook URLs of a store (AES-256-GCM), and from then on ' +
        'what is stored. The key is that of SLACK_OAUTH_KEY_FILE or SLACK_OAUTH_KEY, else one in the ' +
        "keychain of the system, where it is made. Slack's own SDKs cannot read a sealed store. " +
        'Run again, it seals what other programs have stored since.',
    )
    .option(
      '--new-key <file>',
      'make the key in this file (0600), which is not there yet',
      notEmpty,
    )
    .option('--rotate', 'seal all anew with another key, which is made; the earlier one is kept')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth encrypt
  slack-oauth encrypt --new-key ~/.config/slack-oauth.key
  slack-oauth encrypt --rotate`,
    )
    .action((flags: Flags) => runEncrypt(context, flags))
  return withJson(withStore(command))
}

async function runEncrypt(context: Context, flags: Flags): Promise<void> {
  const { encrypt } = await import('../../flows/encrypt.ts')
  const env = environment(context, flags)
  const location = await storeLocation(context, env, flags)
  const done = await withOpenStore(context, location, { mustExist: false, env }, (store) =>
    encrypt(store, {
      key: () => keyFromEnvironment(env),
      rotate: flags.rotate ?? false,
      ...(flags.newKey !== undefined && { newKeyFile: resolve(flags.newKey) }),
    }),
  )
  const { keyId, previousKeyId, changed, where, newKeyFile } = done
  if (flags.json) {
    const previous = previousKeyId ?? null
    return printJson(context, { key_id: keyId, previous_key_id: previous, sealed: changed })
  }
  say(context, `Sealed ${changed} with the key ${keyId} of ${where}; without it they are lost`)
  if (newKeyFile !== undefined) {
    say(context, `Set SLACK_OAUTH_KEY_FILE=${newKeyFile} wherever the store is used`)
  }
  if (previousKeyId !== undefined) {
    say(context, `The earlier key ${previousKeyId} is still where it was, for your backups`)
  }
}
