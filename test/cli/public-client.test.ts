import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { TokenGrant } from '../../src/slack/installation.ts'
import { allow, authorizeUrl, exchange, pkce } from '../sandbox/client.ts'
import { slackApp } from '../support/slack-app.ts'
import { changeStore, installation, save } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'

const DAY = 24 * 3600
const now = () => Date.now() / 1000

/** An app on this machine without a secret, and a member's token that it was granted so. */
async function publicClient(t: TestContext, changes: Partial<TokenGrant> = {}) {
  const { slack, env } = await slackApp(t, { app: { pkce: true } })
  const clientId = env.SLACK_CLIENT_ID ?? ''
  const cli = await tempCli(t, {
    SLACK_OAUTH_SLACK_URL: slack.url,
    SLACK_CLIENT_ID: clientId,
  })
  const challenge = { code_challenge: pkce.challenge, code_challenge_method: 'S256' }
  const code = await allow(authorizeUrl(slack, { user_scope: 'search:read', ...challenge }))
  const proof = { client_secret: '', code_verifier: pkce.verifier }
  const { authed_user: user } = await exchange(slack, code, proof)
  const { bot: _, ...rest } = installation({
    clientId,
    team: { id: 'T0SANDBOX01' },
    user: {
      id: user.id,
      grant: {
        token: user.access_token,
        refreshToken: user.refresh_token,
        expiresAt: now() - 1,
        scopes: ['search:read'],
        isPublicClient: true,
        refreshTokenExpiresAt: now() + 30 * DAY,
        ...changes,
      },
    },
  })
  await save(cli, rest)
  const stored = () =>
    changeStore(cli, async ({ installations }) => {
      const found = await installations.findInstallation({ teamId: 'T0SANDBOX01' })
      assert.ok(found?.user.grant)
      return found.user.grant
    })
  return { slack, cli, stored }
}

test('a public client renews without a secret, and its refresh token has thirty more days', async (t) => {
  const { cli, stored } = await publicClient(t, { refreshTokenExpiresAt: now() + 2 * DAY })

  const { code, stdout, stderr } = await cli.main('token')

  // The thirty days begin anew, so the two that were left are nothing to warn of
  assert.deepEqual([code, stderr], [0, ''])
  const grant = await stored()
  assert.equal(grant.token, stdout.trim())
  assert.equal(grant.isPublicClient, true)
  assert.ok(Math.abs(Number(grant.refreshTokenExpiresAt) - now() - 30 * DAY) < 300)
})

test('a refresh token that ends within three days is warned of, and the token printed', async (t) => {
  const lasting = { expiresAt: now() + DAY / 2 }
  const soon = await publicClient(t, { ...lasting, refreshTokenExpiresAt: now() + 2 * DAY })
  const warned = await soon.cli.main('token')
  assert.equal(warned.code, 0)
  assert.match(
    warned.stderr,
    /^warning: The refresh token of this public client \(PKCE\) ends at \S+Z: .*slack-oauth refresh/,
  )

  const later = await publicClient(t, { ...lasting, refreshTokenExpiresAt: now() + 4 * DAY })
  assert.equal((await later.cli.main('token')).stderr, '')
})

test('a refresh token that nothing renewed within thirty days is exit 4 with the way out', async (t) => {
  const { slack, cli, stored } = await publicClient(t)
  slack.setLifetimes({ pkceRefreshLifetimeSeconds: 0, tokenLifetimeSeconds: 0 })
  // What it gives out now is dead by the next time
  await cli.main('refresh', '--user')

  const { code, stdout, stderr } = await cli.main('token')

  assert.deepEqual([code, stdout], [4, ''])
  assert.match(
    stderr,
    /"invalid_refresh_token".*\(refresh_token_invalid\)\nhint: slack-oauth install --pkce --team T0SANDBOX01 --user-scopes search:read\n$/,
  )
  assert.equal((await stored()).failure?.code, 'refresh_token_invalid')
})
