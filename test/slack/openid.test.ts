import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OpenIDConnectAuthorizeUrlGenerator } from '../../src/slack/authorize/authorize-url.ts'
import { discoverProvider } from '../../src/slack/openid/provider.ts'
import { consent } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'

test('an ID token is judged by the time after the exchange, however long that took', async (t) => {
  const { slack, env, redirectUri } = await slackApp(t)
  const credentials = {
    clientId: env.SLACK_CLIENT_ID ?? '',
    clientSecret: env.SLACK_CLIENT_SECRET ?? '',
  }
  // As if the hour that Slack takes for the exchange had not begun before it
  const now = () =>
    Date.now() / 1000 - (slack.calls('openid.connect.token').length === 0 ? 3_600 : 0)
  const signal = new AbortController().signal
  const options = { slackUrl: slack.url, signal, requestTimeoutSeconds: 10 }
  const provider = await discoverProvider(credentials, options, now)
  const authorizeUrl = new OpenIDConnectAuthorizeUrlGenerator({
    clientId: credentials.clientId,
    redirectUri,
    authorizationUrl: `${slack.url}/openid/connect/authorize`,
  }).generate('state', { nonce: 'nonce' })
  const code = new URL(await consent(authorizeUrl)).searchParams.get('code') ?? ''

  const { userInfo } = await provider.signIn({
    code,
    redirectUri: new URL(redirectUri),
    nonce: 'nonce',
  })

  assert.equal(userInfo.email, 'alice@example.com')
})
