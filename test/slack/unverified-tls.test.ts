import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertVerifiedTls } from '../../src/slack/slack-url.ts'
import { installation, save } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'

const UNVERIFIED = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }

test('no origin but this machine is asked while certificates are not checked', () => {
  for (const origin of [
    'https://slack.com',
    'https://slack-gov.com',
    'https://localhost.example',
  ]) {
    assert.throws(() => assertVerifiedTls(origin, UNVERIFIED), { code: 'usage' }, origin)
    assert.doesNotThrow(() => assertVerifiedTls(origin, {}))
    assert.doesNotThrow(() => assertVerifiedTls(origin, { NODE_TLS_REJECT_UNAUTHORIZED: '1' }))
  }
  for (const origin of ['https://localhost:8911', 'http://127.0.0.1:8911', 'https://[::1]:1']) {
    assert.doesNotThrow(() => assertVerifiedTls(origin, UNVERIFIED), origin)
  }
})

for (const command of [
  ['check'],
  ['refresh'],
  ['revoke', '--yes'],
  ['install', '--scopes', 'chat:write'],
]) {
  test(`${command[0]} says that NODE_TLS_REJECT_UNAUTHORIZED is set, and sends nothing`, async (t) => {
    const cli = await tempCli(t, {
      ...UNVERIFIED,
      SLACK_CLIENT_ID: '1.2',
      SLACK_CLIENT_SECRET: 'a-client-secret',
      SLACK_OAUTH_SLACK_URL: 'https://slack.com',
    })
    const expiring = {
      token: 'xoxe.xoxb-1',
      refreshToken: 'xoxe-1',
      expiresAt: 1,
      userId: 'U1',
      scopes: [],
    }
    await save(cli, installation({ clientId: '1.2', bot: expiring }))
    const { code, stdout, stderr } = await cli.main(...command)
    assert.equal(code, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, /NODE_TLS_REJECT_UNAUTHORIZED=0 would send secrets to slack\.com/)
    assert.match(stderr, /hint: Unset it/)
  })
}

test('a stored token that lasts is printed all the same: Slack is not asked', async (t) => {
  const cli = await tempCli(t, UNVERIFIED)
  await save(cli, installation())
  const { code, stderr } = await cli.main('token')
  assert.equal(code, 0, stderr)
})
