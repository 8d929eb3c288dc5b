import { Command, Option } from 'commander'
import { redact } from '../../base/redact.ts'
import type { StoredGrant } from '../../flows/lookup/stored-tokens.ts'
import type { CheckedToken, WantedScopes } from '../../flows/tokens/check.ts'
import type { InstallationFilter, InstallationStore } from '../../store/installation-store.ts'
import type { Context } from '../context.ts'
import { grantKeyJson } from '../json-output.ts'
import {
  type ManifestFlags,
  type RenewalFlags,
  type ScopeFlags,
  withJson,
  withManifest,
  withRenewal,
  withScopes,
} from '../options/shared-options.ts'
import { tokenChoice } from '../options/token-flags.ts'
import { type TokenChoiceFlags, withTokenChoice } from '../options/token-options.ts'
import { namedScopes } from '../settings/app.ts'
import { manifestDefaults } from '../settings/manifest.ts'
import { slackOptions, slackUrl } from '../settings/slack.ts'
import { inStore } from '../settings/store.ts'
import { printJson, say } from '../terminal/output.ts'
import { createSpinner } from '../terminal/spinner.ts'
import { printTable } from '../terminal/table.ts'

interface Flags extends TokenChoiceFlags, ScopeFlags, ManifestFlags, RenewalFlags {
  readonly all?: true
  readonly json?: true
}

export function checkCommand(context: Context): Command {
  const command = new Command('check')
    .description(
      'Ask Slack (auth.test) whether a stored token works, is of the place it is stored for, and ' +
        'has the scopes that are stored or named. Nothing is renewed. With --all, every token, bots ' +
        'and members apart; with --json, one JSON object a line, as they come.',
    )
    .addOption(
      new Option('--all', 'every token that the other options leave').conflicts(['user', 'bot']),
    )
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth check --all
  slack-oauth check --team T0123ABCD --scopes chat:write
  slack-oauth check --all --json | jq -r 'select(.ok | not) | .team_id'

Exit codes: 0 all work, or are renewed when asked for; 4 one is expired for
good, revoked, of another place or lacks scopes; 5 Slack could not be asked.`,
    )
    .action((flags: Flags) => runCheck(context, flags))
  return withJson(withRenewal(withManifest(withScopes(withTokenChoice(command)))))
}

async function runCheck(context: Context, flags: Flags): Promise<void> {
  const { checkTokens, isTrouble } = await import('../../flows/tokens/check.ts')
  const { summary, verdict } = await import('./check-report.ts')
  const checked: CheckedToken[] = []
  await inStore(context, flags, async ({ installations }, filter, env) => {
    const wanted: WantedScopes = namedScopes(env, flags, await manifestDefaults(flags))
    const slack = slackOptions(context, slackUrl(env, flags), flags)
    const tokens = flags.all
      ? allTokens(installations, filter)
      : oneToken(installations, filter, flags)
    const progress = await progressLine(context, flags)
    try {
      await checkTokens({ slack, now: context.now }, tokens, wanted, async (token) => {
        checked.push(token)
        if (flags.json) await printJson(context, tokenJson(token, !isTrouble(token)))
        progress(`Checked ${checked.length}`)
      })
    } finally {
      progress(undefined)
      // Also of those that were checked before Ctrl-C
      if (!flags.json && checked.length > 0) await printChecked(context, checked)
    }
  })
  const error = verdict(checked)
  if (error) throw error
  say(context, summary(checked))
}

/** @throws SlackOAuthError `not_installed` where the filter leaves none */
async function* allTokens(
  installations: InstallationStore,
  filter: InstallationFilter,
): AsyncGenerator<StoredGrant> {
  const { storedGrants } = await import('../../flows/lookup/stored-tokens.ts')
  let isEmpty = true
  for await (const token of storedGrants(installations, filter)) {
    isEmpty = false
    yield token
  }
  if (!isEmpty) return
  const { nothingMatches } = await import('../../flows/lookup/find-installation.ts')
  throw nothingMatches(filter)
}

async function* oneToken(
  installations: InstallationStore,
  filter: InstallationFilter,
  flags: Flags,
): AsyncGenerator<StoredGrant> {
  const { selectGrant } = await import('../../flows/lookup/find-token.ts')
  const { storedGrant } = await import('../../flows/lookup/stored-tokens.ts')
  const { key } = await selectGrant(installations, filter, tokenChoice(flags))
  const token = await storedGrant(installations, key)
  if (token) yield token
}

async function progressLine(
  context: Context,
  { json }: Flags,
): Promise<(text: string | undefined) => void> {
  // Lines that come on the same terminal would mix with it
  const spinner = json && context.stdout.isTTY ? undefined : await createSpinner(context)
  spinner?.show('Asking Slack')
  return (text) => (text === undefined ? spinner?.stop() : spinner?.show(text))
}

async function printChecked(context: Context, checked: readonly CheckedToken[]): Promise<void> {
  const { inOrder, detailInWords } = await import('./check-report.ts')
  const { stateInWords } = await import('../../flows/tokens/check.ts')
  await printTable(
    context,
    [{ title: 'PLACE' }, { title: 'TOKEN' }, { title: 'STATE' }, { title: 'DETAIL', breaks: true }],
    inOrder(checked).map((token) => [
      token.place,
      token.key.userId ?? 'bot',
      stateInWords(token),
      detailInWords(token),
    ]),
  )
}

function tokenJson(token: CheckedToken, ok: boolean): Record<string, unknown> {
  const { key, grant } = token
  return {
    ...grantKeyJson(key),
    ok,
    state: token.state,
    renewable: token.isRenewable,
    detail: token.detail === undefined ? null : redact(token.detail),
    missing_scopes: token.missing,
    unknown_scopes: token.unknown,
    expires_at: grant.expiresAt ?? null,
  }
}
