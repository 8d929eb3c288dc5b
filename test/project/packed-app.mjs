// What a user of the package does: the main job of the README on the sandbox, and the library's three entries.
// test/project/package.test.ts copies it beside a node_modules that npm made from the tarball.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { AuthorizeUrlGenerator, openStore, SlackOAuthError, TokenRotator } from 'slack-oauth'
import { installationStore } from 'slack-oauth/bolt'
import { startSandbox } from 'slack-oauth/sandbox'

// Every Node that is supported has require() of a module
const require = createRequire(import.meta.url)
assert.equal(require('slack-oauth').TokenRotator, TokenRotator)
assert.equal(require('slack-oauth/bolt').installationStore, installationStore)
assert.equal(require('slack-oauth/sandbox').startSandbox, startSandbox)

const url = new AuthorizeUrlGenerator({ clientId: '1.2', scopes: ['a:b'] }).generate('s')
assert.match(url, /slack\.com/)

const redirectUri = 'http://localhost:18910/slack/oauth_redirect'
const slack = await startSandbox({ apps: [{ redirectUris: [redirectUri] }], consent: 'allow' })
const [{ clientId, clientSecret }] = slack.apps
const env = {
  PATH: process.env.PATH,
  NODE_OPTIONS: process.env.NODE_OPTIONS,
  HOME: process.cwd(),
  SLACK_OAUTH_DB: 'store.db',
  SLACK_OAUTH_SLACK_URL: slack.url,
  SLACK_CLIENT_ID: clientId,
  SLACK_CLIENT_SECRET: clientSecret,
  SLACK_REDIRECT_URI: redirectUri,
}
const bin = 'node_modules/slack-oauth/bin/slack-oauth.cjs'
const args = [bin, 'install', '--scopes', 'chat:write', '--no-browser']
const install = spawn(process.execPath, args, { env })
let said = ''
install.stderr.setEncoding('utf8').on('data', async (text) => {
  const before = said
  said += text
  const authorize = /^http\S+authorize\S+$/m
  if (!authorize.test(before) && authorize.test(said)) await fetch(authorize.exec(said)[0])
})
assert.equal(await new Promise((resolve) => install.once('close', resolve)), 0, said)
assert.doesNotMatch(said, /Warning/)

const store = await openStore('store.db', { clientId })
const found = await store.installations.findInstallation({ teamId: 'T0SANDBOX01' })
process.stdout.write(`${found.bot.token}\n`)
const rotator = new TokenRotator(store)
assert.equal(await rotator.accessToken({ teamId: 'T0SANDBOX01' }), found.bot.token)
await rotator.close()
await store.close()
const bolt = installationStore({ db: 'store.db', clientId })
const fetched = await bolt.fetchInstallation({ teamId: 'T0SANDBOX01', isEnterpriseInstall: false })
assert.equal(fetched.bot.token, found.bot.token)
await slack.close()
await assert.rejects(openStore('missing.db', { mustExist: true }), SlackOAuthError)
