import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthorizeUrlGenerator, BrowserStates, installWithCode } from '../../src/index.ts'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { consent } from '../support/person.ts'
import { temporaryStore } from '../support/serving.ts'

test('a web app with PKCE installs with the verifier of the browser that began, and with no other', async (t) => {
  const redirectUri = 'https://app.test/callback'
  const slack = await startSandbox({ apps: [{ pkce: true, redirectUris: [redirectUri] }] })
  t.after(() => slack.close())
  const [{ clientId, clientSecret } = { clientId: '', clientSecret: '' }] = slack.apps
  const store = await temporaryStore(t)
  const states = new BrowserStates(store.states, { redirectUri })
  const generator = new AuthorizeUrlGenerator({
    clientId,
    scopes: ['chat:write'],
    redirectUri,
    authorizationUrl: `${slack.url}/oauth/v2/authorize`,
  })
  const comeBack = async () => {
    const { state, codeChallenge, setCookie } = await states.issue(undefined)
    const callback = await consent(generator.generate(state, { codeChallenge }))
    return states.consume(new URL(callback).searchParams, setCookie.split(';')[0])
  }
  const options = { clientId, clientSecret, redirectUri, slackUrl: slack.url }

  const first = await comeBack()
  const other = await comeBack()
  await assert.rejects(
    installWithCode(store, first.code, { ...options, codeVerifier: other.codeVerifier }),
    { code: 'authorization_failed' },
  )
  await assert.rejects(installWithCode(store, (await comeBack()).code, options), {
    code: 'authorization_failed',
  })
  const { code, codeVerifier } = await comeBack()
  const installation = await installWithCode(store, code, { ...options, codeVerifier })

  const stored = await store.installations.findInstallation({ teamId: 'T0SANDBOX01' })
  assert.equal(stored?.bot?.token, installation.bot?.token)
  assert.match(stored?.bot?.token ?? '', /^xox[be]/)
})
