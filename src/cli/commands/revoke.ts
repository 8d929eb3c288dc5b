import { Command, Option } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import type { StoredGrant } from '../../flows/lookup/stored-tokens.ts'
import type { RevokeNeeds } from '../../flows/tokens/revoke.ts'
import type { Place } from '../../store/installation-store.ts'
import type { Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { grantKeyJson } from '../json-output.ts'
import { type RenewalFlags, withJson, withRenewal } from '../options/shared-options.ts'
import { tokenChoice } from '../options/token-flags.ts'
import { type TokenChoiceFlags, withTokenChoice } from '../options/token-options.ts'
import { renewalNeeds } from '../settings/renewal.ts'
import { inStore } from '../settings/store.ts'
import { canAsk, confirm } from '../terminal/confirm.ts'
import { printJson, say } from '../terminal/output.ts'
import { question, revokedInWords } from './revoke-messages.ts'

interface Flags extends TokenChoiceFlags, RenewalFlags {
  readonly all?: true
  readonly uninstall?: true
  readonly local?: true
  readonly yes?: true
  readonly json?: true
}

export function revokeCommand(context: Context): Command {
  const command = new Command('revoke')
    .description(
      "Revoke one token at Slack, the bot's unless --user names a member, with the refresh token " +
        'that goes with it; then forget it. Without token rotation, Slack removes the bot and its ' +
        'webhooks with its token. What is revoked or gone already is no error. Asks first.',
    )
    .addOption(
      new Option('--all', 'every token of the place, bot and members').conflicts(['user', 'bot']),
    )
    .addOption(
      new Option(
        '--uninstall',
        'remove the app from the place, with all its tokens (needs the client secret)',
      ).conflicts(['user', 'bot', 'all', 'local']),
    )
    .option('--local', 'only forget: Slack is not asked, the token stays valid')
    .option('-y, --yes', 'do not ask; needed where there is no terminal')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth revoke --team T0123ABCD --user U0123ABCD
  slack-oauth revoke --team T0123ABCD --uninstall --yes`,
    )
    .action((flags: Flags) => runRevoke(context, flags))
  return withJson(withRenewal(withTokenChoice(command)))
}

async function runRevoke(context: Context, flags: Flags): Promise<void> {
  if (!flags.yes && !canAsk(context)) {
    throw new SlackOAuthError('usage', 'There is no terminal to ask on whether to go ahead', {
      hint: 'Add --yes',
    })
  }
  const { placeToRevoke } = await import('../../flows/tokens/revoke.ts')
  await inStore(context, flags, async (store, filter, env) => {
    const place = await placeToRevoke(store.installations, filter)
    const needs = renewalNeeds(context, env, flags, store)
    if (flags.uninstall) return uninstall(context, flags, needs, place)
    await revoke(context, flags, { ...needs, store }, place)
  }).catch((error: unknown) => {
    // What is to be gone is gone: a second run is as good as the first
    if (!(error instanceof SlackOAuthError && error.code === 'not_installed')) throw error
    say(context, `${error.message}: nothing to revoke`)
  })
}

async function revoke(
  context: Context,
  flags: Flags,
  needs: RevokeNeeds & { readonly store: Store },
  place: Place,
): Promise<void> {
  const { forgetGrant, revokeGrant, tokenToRevoke } = await import('../../flows/tokens/revoke.ts')
  const { grantsOfPlace } = await import('../../flows/lookup/stored-tokens.ts')
  const { whileLocked } = await import('../../flows/tokens/token-lock.ts')
  const { installations } = needs.store
  const tokens: StoredGrant[] = []
  if (flags.all) {
    for await (const token of grantsOfPlace(installations, place)) tokens.push(token)
  } else {
    const token = await tokenToRevoke(installations, place, tokenChoice(flags))
    if (token) tokens.push(token)
  }
  const kind = flags.local ? 'local' : 'revoke'
  if (!flags.yes) await confirm(context, question(kind, tokens))
  for (const token of tokens) {
    const { key } = token
    const isRevoked = flags.local
      ? await whileLocked(needs, key, () => forgetGrant(installations, key)).then(() => false)
      : await revokeGrant(needs, key)
    const outcome = flags.local ? 'forgotten' : isRevoked ? 'revoked' : 'dead'
    if (flags.json)
      await printJson(context, { ...grantKeyJson(token.key), revoked: isRevoked, forgotten: true })
    else say(context, revokedInWords(token, outcome))
  }
}

async function uninstall(
  context: Context,
  flags: Flags,
  needs: ReturnType<typeof renewalNeeds>,
  place: Place,
): Promise<void> {
  const { uninstallPlace } = await import('../../flows/tokens/uninstall.ts')
  const { nameOf } = await import('../../flows/lookup/find-installation.ts')
  const name = await nameOf(needs.store.installations, place)
  // Missing, it is missed before anybody is asked
  await needs.clientSecret(place.clientId)
  if (!flags.yes) {
    await confirm(
      context,
      `All tokens of the app there die, also those of members and of other programs, and its bot and webhooks go. Uninstall the app ${place.clientId} from ${name}?`,
    )
  }
  const isUninstalled = await uninstallPlace(needs, place)
  if (flags.json) {
    const { clientId, enterpriseId = null, teamId = null } = place
    const key = { client_id: clientId, enterprise_id: enterpriseId || null, team_id: teamId }
    return printJson(context, { ...key, uninstalled: isUninstalled, forgotten: true })
  }
  say(context, isUninstalled ? `Uninstalled from ${name}, and forgot it` : `Forgot ${name}`)
}
