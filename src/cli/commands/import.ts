import { Command, Option } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import type { ExchangeFormat } from '../../flows/transfer/export.ts'
import { keyFromEnvironment } from '../../store/encryption/key-source.ts'
import type { MergeResult } from '../../store/installation-store.ts'
import type { Context, Input } from '../context.ts'
import { notEmpty } from '../options/argument-parsers.ts'
import {
  type AppFlags,
  exchangeFormats,
  type StoreFlags,
  withApp,
  withJson,
  withStore,
} from '../options/shared-options.ts'
import { clientId } from '../settings/app.ts'
import { environment } from '../settings/environment.ts'
import { storeLocation, withOpenStore } from '../settings/store.ts'
import { printJson, say, warn } from '../terminal/output.ts'

interface Flags extends StoreFlags, AppFlags {
  readonly from: ExchangeFormat
  readonly dryRun?: true
  readonly json?: true
}

export function importCommand(context: Context): Command {
  const command = new Command('import')
    .description(
      'Take in an export, or the store of an SDK: all of it or nothing. What is newer stays.',
    )
    .argument('[file-or-folder]', 'where from (default, or "-": standard input)')
    .addOption(
      new Option('--from <format>', 'what to read').choices(exchangeFormats).default('jsonl'),
    )
    .option('--dry-run', 'say what would change, and change nothing')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth import installations.jsonl
  age -d -i key.txt installations.age | slack-oauth import
  slack-oauth import --from python-file ~/.bolt-app-installation
  slack-oauth import --from bolt-js-file --dry-run ~/.bolt-js-app-installation
  slack-oauth import --from sqlite old.db`,
    )
    .action((source: string | undefined, flags: Flags) => runImport(context, source, flags))
  return withJson(withStore(withApp(command)))
}

async function runImport(
  context: Context,
  argument: string | undefined,
  flags: Flags,
): Promise<void> {
  const env = environment(context, flags)
  const location = await storeLocation(context, env, flags)
  const { readInstallations, tryMerge } = await import('../../flows/transfer/import.ts')
  const key = () => keyFromEnvironment(env)
  const [skipped, dropped]: [string[], string[]] = [[], []]
  const installations = await readInstallations({
    format: flags.from,
    from: sourceOf(context, argument, flags),
    notes: {
      skip: (path, why) => skipped.push(`Skipped ${path}: ${why}`),
      drop: (path, why) => dropped.push(`Dropped of ${path}: ${why}`),
    },
    signal: context.signal,
    key,
    clientId: () => clientId(env, flags),
  })
  for (const message of [...dropped, ...skipped]) await warn(context, message)
  if (installations.length === 0 && flags.from !== 'jsonl') {
    throw new SlackOAuthError('usage', `There is no installation in ${argument}`, {
      hint: 'Name the folder that the store was given as its base, or another format with --from',
    })
  }
  context.signal.throwIfAborted()
  // An export of nothing is one, and no store is made for it
  const result =
    flags.dryRun || installations.length === 0
      ? await tryMerge(location, installations, { key })
      : await withOpenStore(context, location, { mustExist: false, env }, (store) =>
          store.installations.merge(installations),
        )
  await report(context, result, skipped.length, flags)
}

async function report(
  context: Context,
  result: MergeResult,
  skipped: number,
  flags: Flags,
): Promise<void> {
  const { added, updated, kept } = result
  if (flags.json) {
    await printJson(context, { added, updated, kept, skipped, dry_run: flags.dryRun ?? false })
    return
  }
  const counts = [
    `${added} added`,
    `${updated} updated`,
    `${kept} kept as ${kept === 1 ? 'it was' : 'they were'}`,
    `${skipped} skipped`,
  ]
  say(context, `${flags.dryRun ? 'Nothing was changed. It would be ' : ''}${counts.join(', ')}`)
}

function sourceOf(
  { stdin }: Context,
  argument: string | undefined,
  { from }: Flags,
): string | Input {
  if (argument !== undefined && argument !== '-') return notEmpty(argument)
  if (from !== 'jsonl') {
    throw new SlackOAuthError('usage', `--from ${from} needs a path to read from`, {
      hint: `slack-oauth import --from ${from} PATH`,
    })
  }
  const input = stdin?.()
  if (input !== undefined && !input.isTTY) return input
  throw new SlackOAuthError('usage', 'There is nothing to import', {
    hint: 'slack-oauth import FILE, or pipe an export into it',
  })
}
