import { Command } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import type { SelectedGrant, TokenChoice } from '../../flows/lookup/find-token.ts'
import type { Refreshed } from '../../flows/tokens/refresh.ts'
import type { GrantKey, InstallationFilter } from '../../store/installation-store.ts'
import type { Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { grantKeyJson } from '../json-output.ts'
import { duration } from '../options/argument-parsers.ts'
import { type RenewalFlags, withJson, withRenewal } from '../options/shared-options.ts'
import { tokenChoice } from '../options/token-flags.ts'
import { type TokenChoiceFlags, withTokenChoice } from '../options/token-options.ts'
import { renewalNeeds } from '../settings/renewal.ts'
import { inStore } from '../settings/store.ts'
import { moment, printJson, say } from '../terminal/output.ts'
import { createSpinner } from '../terminal/spinner.ts'
import { printTable } from '../terminal/table.ts'

interface Flags extends TokenChoiceFlags, RenewalFlags {
  readonly all?: true
  readonly expiring?: number
  readonly migrate?: true
  readonly json?: true
}

export function refreshCommand(context: Context): Command {
  const command = withTokenChoice(
    new Command('refresh').description(
      'Renew the token of an installation now, or all that are stored. Each is renewed apart, and ' +
        'safely beside other processes. Tokens that do not expire are left as they are.',
    ),
  )
    .option('--all', 'every token that the other options leave')
    .option('--expiring <time>', 'every token that expires within this time, such as 2h', duration)
    .option('--migrate', 'exchange tokens that do not expire for pairs that do, once and for good')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth refresh --team T0123ABCD
  slack-oauth refresh --expiring 2h --json`,
    )
    .action((flags: Flags) => runRefresh(context, flags))
  return withJson(withRenewal(command))
}

async function runRefresh(context: Context, flags: Flags): Promise<void> {
  const results = await inStore(context, flags, async (store, filter, env) => {
    const { refreshAll } = await import('../../flows/tokens/refresh.ts')
    const grants = await chosen(context, store, filter, flags)
    const request = { minTtlSeconds: 0, force: true, ...(flags.migrate && { migrate: true }) }
    const spinner = await createSpinner(context)
    const done: Refreshed[] = []
    try {
      for await (const result of refreshAll(
        renewalNeeds(context, env, flags, store),
        grants,
        request,
      )) {
        done.push(result)
        if (flags.json) await printJson(context, refreshedJson(result))
        spinner?.show(`Renewing tokens, ${done.length} done`)
      }
    } finally {
      spinner?.stop()
    }
    return done
  })
  if (!flags.json) await printResults(context, results)
  failIfAny(results)
}

/** The tokens that the flags name: one, or with --all or --expiring as many as there are. */
async function chosen(
  context: Context,
  store: Store,
  filter: InstallationFilter,
  flags: Flags,
): Promise<AsyncIterable<SelectedGrant> | SelectedGrant[]> {
  const { selectGrant } = await import('../../flows/lookup/find-token.ts')
  const { storedGrants } = await import('../../flows/lookup/stored-tokens.ts')
  const choice = tokenChoice(flags)
  if (!flags.all && flags.expiring === undefined) {
    return [await selectGrant(store.installations, filter, choice)]
  }
  const until = flags.expiring === undefined ? undefined : context.now() + flags.expiring
  return (async function* () {
    for await (const each of storedGrants(store.installations, filter)) {
      if (!fits(each.key, choice)) continue
      if (until !== undefined && !(Number(each.grant.expiresAt) <= until)) continue
      yield each
    }
  })()
}

function fits({ userId }: GrantKey, choice: TokenChoice): boolean {
  if (choice.kind === 'any') return true
  if (choice.kind === 'bot') return userId === undefined
  return userId !== undefined && (choice.userId ?? userId) === userId
}

function refreshedJson({ key, outcome, grant, error }: Refreshed): Record<string, unknown> {
  return {
    ...grantKeyJson(key),
    result: outcome,
    expires_at: grant.expiresAt ?? null,
    error: error ? { code: error.code, message: error.message, hint: error.hint ?? null } : null,
  }
}

async function printResults(context: Context, results: readonly Refreshed[]): Promise<void> {
  if (results.length === 0) return say(context, 'No token to renew')
  await printTable(
    context,
    [
      { title: 'WORKSPACE' },
      { title: 'TOKEN' },
      { title: 'RESULT' },
      { title: 'EXPIRES' },
      { title: 'DETAIL', breaks: true },
    ],
    results.map(({ key, outcome, grant, error }) => [
      key.teamId ?? key.enterpriseId ?? '',
      key.userId ?? 'bot',
      outcome,
      grant.expiresAt === undefined ? 'never' : moment(grant.expiresAt),
      error?.message ?? '',
    ]),
  )
  const count = (outcome: Refreshed['outcome']) =>
    results.filter((each) => each.outcome === outcome).length
  const counts = (['renewed', 'migrated', 'kept', 'failed'] as const)
    .map((outcome) => [outcome, count(outcome)] as const)
    .filter(([, number]) => number > 0)
  say(context, counts.map(([outcome, number]) => `${number} ${outcome}`).join(', '))
}

/** Ends as the worst of them would have ended alone. */
function failIfAny(results: readonly Refreshed[]): void {
  const errors = results.flatMap(({ error }) => error ?? [])
  const [worst] = errors.sort((a, b) => b.exitCode - a.exitCode)
  if (worst === undefined) return
  if (results.length === 1) throw worst
  throw new SlackOAuthError(
    worst.code,
    `${errors.length} of ${results.length} tokens were not renewed, for one: ${worst.message}`,
    worst.hint === undefined ? {} : { hint: worst.hint },
  )
}
