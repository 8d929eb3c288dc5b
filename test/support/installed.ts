import type { TestContext } from 'node:test'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { SlackOptions } from '../../src/slack/client/web-api.ts'
import type { Installation } from '../../src/slack/installation.ts'
import { authTest } from '../../src/slack/methods/auth-test.ts'
import { exchangeCode } from '../../src/slack/methods/oauth-v2-access.ts'
import type { GrantKey } from '../../src/store/installation-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { allow, authorizeUrl, firstApp } from '../sandbox/client.ts'
import { credentialsOf, slackOf } from '../slack/client.ts'
import { type SlackApp, slackApp } from './slack-app.ts'
import { changeStore } from './stored.ts'
import { type TempCli, tempCli } from './temp-cli.ts'

export interface Installed extends SlackApp {
  readonly cli: TempCli
  readonly store: Store
  readonly client: SlackOptions
  /** What the store has now. */
  stored(userId?: string): Promise<Installation>
  /** Another installation, of a member or workspace picked on Slack's page. */
  install(asked?: Scopes, picks?: Record<string, string>): Promise<Installation>
}

/** What an app asks for, as the authorize URL names it. */
type Scopes = { readonly scope?: string; readonly user_scope?: string }

export const SCOPES = { scope: 'chat:write', user_scope: 'search:read' }

/**
 * One consent at the sandbox, exchanged and stored: what `install` does, without its process.
 *
 * @param picks what the person picks on Slack's page
 */
export async function storedInstall(
  slack: Sandbox,
  cli: TempCli,
  asked: Scopes = { scope: 'chat:write' },
  picks: Record<string, string> = {},
): Promise<Installation> {
  const code = await allow(authorizeUrl(slack, { ...asked }), picks)
  const redirectUri = firstApp(slack).redirectUris[0] ?? ''
  const { installation: granted } = await exchangeCode(
    { code, redirectUri },
    credentialsOf(slack),
    slackOf(slack),
    () => Date.now() / 1000,
  )
  const bot = granted.bot && { ...granted.bot, id: 'B0' }
  const installation = { ...granted, ...(bot && { bot }) }
  await changeStore(cli, ({ installations }) => installations.save(installation))
  return installation
}

/**
 * An app with token rotation, installed with a bot and a member's token that have expired; what Slack
 * issues from then on lasts for twelve hours.
 */
export async function installed(
  t: TestContext,
  {
    scopes = SCOPES,
    db,
    ...options
  }: Parameters<typeof slackApp>[1] & {
    scopes?: Scopes
    db?: string
  } = {},
): Promise<Installed> {
  const app = await slackApp(t, {
    app: { tokenRotation: true },
    tokenLifetimeSeconds: 0,
    ...options,
  })
  const temp = await tempCli(t, app.env)
  const cli = db === undefined ? temp : temp.with({ SLACK_OAUTH_DB: db })
  const store = await openStore(db ?? cli.db)
  t.after(() => store.close())
  const client = slackOf(app.slack)
  const install: Installed['install'] = (asked, picks) =>
    storedInstall(app.slack, cli, asked, picks)

  const { team } = await install(scopes)
  app.slack.setLifetimes({ tokenLifetimeSeconds: 43_200 })
  return {
    ...app,
    cli,
    store,
    client,
    install,
    async stored(userId) {
      const found = await store.installations.findInstallation({
        ...(team && { teamId: team.id }),
        ...(userId && { userId }),
      })
      if (!found) throw new Error('nothing is installed')
      return found
    },
  }
}

/** The key of the bot's token. */
export async function botKey(
  app: Pick<Installed, 'stored'>,
): Promise<GrantKey & { readonly teamId: string }> {
  const { clientId, team } = await app.stored()
  if (!team) throw new Error('it is installed in no workspace')
  return { clientId, teamId: team.id, isEnterpriseInstall: false }
}

/** Whether Slack takes a token. */
export async function works(app: Installed, token: string): Promise<boolean> {
  return authTest(token, app.client).then(
    () => true,
    () => false,
  )
}
