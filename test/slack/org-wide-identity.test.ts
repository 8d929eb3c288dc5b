import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verdict } from '../../src/cli/commands/check-report.ts'
import { completeInstall } from '../../src/flows/authorize/complete-install.ts'
import type { CheckedToken } from '../../src/flows/tokens/check.ts'
import { openStore } from '../../src/index.ts'
import { allow, authorizeUrl, firstApp, start } from '../sandbox/client.ts'
import { credentialsOf, slackOf } from './client.ts'

test('an org-wide installation of a member, without a bot, has the URL of the organization', async (t) => {
  const sandbox = await start(t)
  const store = await openStore(':memory:')
  t.after(() => store.close())
  const code = await allow(authorizeUrl(sandbox, { user_scope: 'search:read' }))
  sandbox.inject({
    method: 'oauth.v2.access',
    kind: 'patch',
    patch: { is_enterprise_install: true, enterprise: { id: 'E1' }, team: null },
  })
  const { installation } = await completeInstall(
    { store, slack: slackOf(sandbox), now: () => Date.now() / 1000 },
    { client: credentialsOf(sandbox), scopes: [], userScopes: [] },
    { code, redirectUri: firstApp(sandbox).redirectUris[0] ?? '' },
  )
  assert.equal(installation.bot, undefined)
  assert.match(installation.enterprise?.url ?? '', /^http/)
})

test('of tokens that are unreachable and one with wrong scopes, check ends with 4: that one is so for certain', () => {
  const checked = (state: CheckedToken['state']): CheckedToken => ({
    key: { clientId: '1.2', teamId: 'T1', isEnterpriseInstall: false },
    grant: { token: 'xoxb-1', scopes: [] },
    place: 'Acme',
    state,
    isRenewable: false,
    missing: state === 'wrong scopes' ? ['chat:write'] : [],
    unknown: [],
  })
  assert.equal(verdict([checked('unreachable'), checked('wrong scopes')])?.exitCode, 4)
  assert.equal(verdict([checked('unreachable'), checked('live')])?.exitCode, 5)
  assert.equal(verdict([checked('live')]), undefined)
})
