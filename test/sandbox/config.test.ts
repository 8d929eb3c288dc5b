import assert from 'node:assert/strict'
import test from 'node:test'
import { parseSandboxConfig } from '../../src/sandbox/sandbox.ts'

test('an empty document is the default sandbox', () => {
  const { apps, workspaces, enterprises } = parseSandboxConfig({})

  assert.deepEqual(apps, [
    {
      name: 'Sandbox App',
      appId: 'A0SANDBOX01',
      clientId: '1111111111.2222222222',
      clientSecret: 'sandbox-client-secret',
      signingSecret: 'sandbox-signing-secret',
      requestUrls: {},
      redirectUris: ['http://localhost:8910/slack/oauth_redirect'],
      tokenRotation: false,
      pkce: false,
      distributed: true,
      orgInstall: true,
      botUser: true,
      optionalScopes: [],
      optionalUserScopes: [],
    },
  ])
  assert.deepEqual(enterprises, [{ id: 'E0SANDBOX01', name: 'Sandbox Org', domain: 'sandbox-org' }])
  assert.deepEqual(
    workspaces.map(({ id, name, domain, enterpriseId }) => ({ id, name, domain, enterpriseId })),
    [
      {
        id: 'T0SANDBOX01',
        name: 'Acme Sandbox',
        domain: 'acme-sandbox',
        enterpriseId: undefined,
      },
      {
        id: 'T0SANDBOX02',
        name: 'Org Workspace',
        domain: 'org-workspace',
        enterpriseId: 'E0SANDBOX01',
      },
    ],
  )
  assert.deepEqual(workspaces[0]?.members, [
    { id: 'U0ALICE0001', name: 'Alice Example', email: 'alice@example.com' },
    { id: 'U0BOB000001', name: 'Bob Example', email: 'bob@example.com' },
  ])
})

test('a second app gets ids of its own', () => {
  const { apps } = parseSandboxConfig({ apps: [{}, { name: 'Other' }] })

  assert.deepEqual(
    apps.map(({ appId, clientId }) => [appId, clientId]),
    [
      ['A0SANDBOX01', '1111111111.2222222222'],
      ['A0SANDBOX02', '1111111111.2222222223'],
    ],
  )
})

test('an app without workspaces is installed in the default ones', () => {
  const { workspaces } = parseSandboxConfig({ apps: [{ name: 'Mine' }] })

  assert.deepEqual(
    workspaces.map(({ id }) => id),
    ['T0SANDBOX01', 'T0SANDBOX02'],
  )
})

test('the default organization gives way to a given one', () => {
  const { workspaces } = parseSandboxConfig({ enterprises: [{ id: 'E0MINE', name: 'Mine' }] })

  assert.equal(workspaces[1]?.enterpriseId, 'E0MINE')
})

test('a workspace without Latin letters in its name has its id for a domain', () => {
  const { workspaces } = parseSandboxConfig({ workspaces: [{ id: 'T0MINE', name: '作業場' }] })

  assert.equal(workspaces[0]?.domain, 't0mine')
})

const team = { id: 'T0MINE', name: 'Mine' }

const refused = [
  [[], 'expected an object'],
  [{ apps: {} }, 'apps: expected an array'],
  [{ apps: [{ redirectUris: 'x' }] }, 'apps[0].redirectUris: expected an array'],
  [{ apps: [{ redirectUrls: [] }] }, 'apps[0].redirectUrls: there is no such setting'],
  [{ apps: [{}, { appId: 'T1' }] }, 'apps[1].appId: expected an id such as A0SANDBOX01'],
  [{ apps: [{ pkce: 'yes' }] }, 'apps[0].pkce: expected true or false'],
  [{ apps: [{ clientSecret: '' }] }, 'apps[0].clientSecret: expected a non-empty string'],
  [
    { apps: [{ redirectUris: ['http://example.com/'] }] },
    'apps[0].redirectUris[0]: expected https, http on localhost, or an app scheme',
  ],
  [{ apps: [{ clientId: '1.2' }, { clientId: '1.2' }] }, 'apps[1].clientId: 1.2 is taken'],
  [{ workspaces: [] }, 'workspaces: expected at least one workspace'],
  [{ workspaces: [{ id: 'T0MINE' }] }, 'workspaces[0].name: missing'],
  [{ workspaces: [team, team] }, 'workspaces[1].id: T0MINE is taken'],
  [
    { workspaces: [{ ...team, members: [{ id: 'X1', name: 'X' }] }] },
    'workspaces[0].members[0].id: expected an id such as U0ALICE0001',
  ],
  [
    { workspaces: [{ ...team, enterpriseId: 'E0NOBODY' }] },
    'workspaces[0].enterpriseId: there is no enterprise E0NOBODY',
  ],
  [{ consent: 'maybe' }, 'consent: expected "page", "allow" or "cancel"'],
  [{ codeLifetimeSeconds: -1 }, 'codeLifetimeSeconds: expected a number of seconds, 0 or more'],
] as const

for (const [document, message] of refused) {
  test(`says "${message}"`, () => {
    assert.throws(() => parseSandboxConfig(document), { name: 'Error', message })
  })
}
