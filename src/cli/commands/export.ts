import { fstatSync, readlinkSync } from 'node:fs'
import { Command, Option } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import { isOpenToOthers } from '../../base/file-permissions.ts'
import { redact } from '../../base/redact.ts'
import type { ExchangeFormat } from '../../flows/transfer/export.ts'
import { keyFromEnvironment } from '../../store/encryption/key-source.ts'
import type { DamagedInstallation, MergeResult } from '../../store/installation-store.ts'
import type { Context } from '../context.ts'
import { assertUndamaged, warnOfDamaged } from '../damaged-installations.ts'
import { notEmpty, userId } from '../options/argument-parsers.ts'
import {
  type AppFlags,
  exchangeFormats,
  type PlaceFlags,
  type StoreFlags,
  withApp,
  withPlace,
  withStore,
} from '../options/shared-options.ts'
import { environment } from '../settings/environment.ts'
import { inStore } from '../settings/store.ts'
import { printLines, say, warn } from '../terminal/output.ts'
import type { Output } from '../terminal/process-output.ts'

interface Flags extends StoreFlags, AppFlags, PlaceFlags {
  readonly to: ExchangeFormat
  readonly user?: string
  readonly output?: string
  readonly reveal?: true
}

export function exportCommand(context: Context): Command {
  const command = new Command('export')
    .description(
      'Copy installations, with their tokens, into a pipe, a file, or the store of an SDK.',
    )
    .argument('[file-or-folder]', 'where to (default: standard output)')
    .addOption(
      new Option('--to <format>', 'what to write').choices(exchangeFormats).default('jsonl'),
    )
    .option('--output <file>', 'the same as the argument', notEmpty)
    .option('--user <id>', 'of this member', userId)
    .option('--reveal', 'print tokens on a terminal too')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth export --output installations.jsonl
  slack-oauth export | age -r age1… > installations.age
  slack-oauth export --to python-file ~/.bolt-app-installation
  slack-oauth export --to bolt-js-file ~/.bolt-js-app-installation
  slack-oauth export --to sqlite --team T0123ABCD one-workspace.db`,
    )
    .action((target: string | undefined, flags: Flags) => runExport(context, target, flags))
  return withStore(withApp(withPlace(command)))
}

async function runExport(
  context: Context,
  argument: string | undefined,
  flags: Flags,
): Promise<void> {
  const target = targetOf(argument, flags)
  if (target === undefined && context.stdout.isTTY && !flags.reveal) {
    throw new SlackOAuthError('usage', 'An export holds tokens, and would show them here', {
      hint: 'Write to a file with --output, into a pipe, or show them with --reveal',
    })
  }
  const { exportLines, exportTo, installationsToExport } = await import(
    '../../flows/transfer/export.ts'
  )
  const skipped: string[] = []
  const damaged: DamagedInstallation[] = []
  const apps = new Set<string>()
  const exported = await inStore(context, flags, async (store, filter) => {
    const installations = installationsToExport(
      store.installations,
      { ...filter, ...(flags.user && { userId: flags.user }) },
      {
        skip: (what, why) => skipped.push(`Skipped ${what}: ${why}`),
        damaged: (each) => damaged.push(each),
        app: (id) => apps.add(id),
      },
    )
    if (target !== undefined) {
      return exportTo(target, flags.to, installations, {
        key: () => keyFromEnvironment(environment(context, flags)),
      })
    }
    const file = readableFile(context.stdout)
    if (file) await warn(context, `Others can read the tokens in ${file}: chmod 600 '${file}'`)
    await printLines(context, exportLines(installations))
    return undefined
  }).finally(async () => {
    for (const message of skipped) await warn(context, message)
    await warnOfDamaged(context, damaged)
  })
  if (target !== undefined && exported) tell(context, target, flags, exported, apps)
  assertUndamaged(damaged)
}

function tell(
  context: Context,
  target: string,
  { to }: Flags,
  { added, updated, kept }: MergeResult,
  apps: Iterable<string>,
): void {
  const counts = to === 'jsonl' ? '' : `: ${added} new, ${updated} updated, ${kept} kept`
  // A URL may hold a password
  say(context, redact(`Exported ${added + updated + kept} to ${target}${counts}`))
  if (to !== 'bolt-js-file') return
  for (const clientId of apps) {
    const options = `{ baseDir: ${JSON.stringify(target)}, clientId: ${JSON.stringify(clientId)} }`
    say(context, `Read it with new FileInstallationStore(${options})`)
  }
}

function targetOf(argument: string | undefined, { output, to }: Flags): string | undefined {
  if (argument !== undefined && output !== undefined) {
    throw new SlackOAuthError('usage', 'Name the file once: as the argument, or with --output')
  }
  const target = argument === undefined || argument === '-' ? output : notEmpty(argument)
  if (target !== undefined || to === 'jsonl') return target
  throw new SlackOAuthError('usage', `--to ${to} needs a ${to === 'sqlite' ? 'file' : 'folder'}`, {
    hint: `slack-oauth export --to ${to} PATH`,
  })
}

/** The shell made the file that standard output goes to, and with which mode, we had no say in. */
function readableFile({ fd }: Output): string | undefined {
  if (fd === undefined) return undefined
  try {
    const found = fstatSync(fd)
    if (!found.isFile() || !isOpenToOthers(found)) return undefined
  } catch {
    return undefined
  }
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return 'FILE'
  }
}
