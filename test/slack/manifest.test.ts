import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { SlackOAuthError } from '../../src/base/errors.ts'
import { manifestText, readManifest } from '../../src/formats/manifest-text.ts'
import { parseManifest as judge } from '../../src/sandbox/apps/manifest.ts'
import {
  createManifest,
  type Manifest,
  type ManifestRequest,
  manifestSettings,
  parseManifest,
} from '../../src/slack/manifest/manifest.ts'
import { manifestProblems } from '../../src/slack/manifest/rules.ts'

const HERE = 'http://localhost:8910/slack/oauth_redirect'
const request: ManifestRequest = { redirectUris: [HERE], scopes: ['chat:write'], userScopes: [] }

function* combinations(): Generator<ManifestRequest> {
  const flags = ['signIn', 'rotation', 'pkce', 'org'] as const
  const lists = [[], ['chat:write', 'incoming-webhook']]
  for (let bits = 0; bits < 2 ** flags.length; bits++) {
    const set = Object.fromEntries(flags.map((name, index) => [name, (bits & (1 << index)) > 0]))
    for (const scopes of lists) {
      for (const userScopes of [[], ['search:read']]) {
        for (const redirectUris of [[HERE], [HERE, 'https://app.example/cb']]) {
          for (const optionalScopes of scopes.length > 0 ? [[], ['im:read']] : [[]]) {
            yield { ...set, scopes, userScopes, redirectUris, optionalScopes }
          }
        }
      }
    }
  }
}

test("every combination of settings makes a manifest by Slack's rules, or is refused with a reason", () => {
  let [made, refused] = [0, 0]
  for (const each of combinations()) {
    try {
      const manifest = createManifest(each)
      const problems = manifestProblems(manifest)
      const verdict = judge(JSON.parse(JSON.stringify(manifest)))
      assert.deepEqual(problems, [], JSON.stringify(each))
      assert.ok('manifest' in verdict, JSON.stringify({ each, verdict }))
      made++
    } catch (error) {
      assert.ok(error instanceof SlackOAuthError, String(error))
      const isBotOnDesktop = each.pkce && each.scopes.length > 0 && each.redirectUris.length === 1
      assert.ok(isBotOnDesktop || (each.org && each.scopes.length === 0), JSON.stringify(each))
      refused++
    }
  }
  assert.ok(made > 100 && refused > 20, `${made} ${refused}`)
})

test('bot scopes bring a bot user, with a name as Slack documents it', () => {
  for (const name of ['My App', 'Ünï Code', '日本語', '--', 'a'.repeat(35)]) {
    const { features } = createManifest({ ...request, name })
    assert.match(features?.bot_user?.display_name ?? '', /^[a-z0-9._-]{1,80}$/, name)
  }
  assert.equal(
    createManifest({ ...request, name: 'Ünï Code' }).features?.bot_user?.display_name,
    'uni-code',
  )
  assert.equal(createManifest({ ...request, scopes: [], userScopes: ['a:b'] }).features, undefined)
})

test('optional scopes are listed among the others as well', () => {
  const { oauth_config: oauth } = createManifest({
    ...request,
    optionalScopes: ['im:read'],
    optionalUserScopes: ['search:read'],
  })

  assert.deepEqual(oauth?.scopes, {
    bot: ['chat:write', 'im:read'],
    bot_optional: ['im:read'],
    user: ['search:read'],
    user_optional: ['search:read'],
  })
})

test('what a manifest holds beside the settings stays', () => {
  const base: Manifest = parseManifest(
    {
      _metadata: { major_version: 2 },
      display_information: { name: 'Theirs', background_color: '#0000AA' },
      features: {
        bot_user: { display_name: 'Their Bot', always_online: true },
        slash_commands: [{ command: '/hi', description: 'Hi' }],
      },
      oauth_config: { scopes: { bot: ['commands'] }, token_management_enabled: true },
      settings: { socket_mode_enabled: true, token_rotation_enabled: true },
      functions: {},
    },
    'it',
  )

  const made = createManifest({ ...request, base, scopes: ['commands'] })

  assert.deepEqual(made, {
    ...base,
    oauth_config: { ...base.oauth_config, redirect_urls: [HERE], scopes: { bot: ['commands'] } },
    settings: { ...base.settings, org_deploy_enabled: false },
  })
})

test('the settings of a manifest: redirects of this machine, no scopes of Sign in with Slack', () => {
  const manifest = createManifest({
    ...request,
    userScopes: ['search:read'],
    signIn: true,
    redirectUris: ['https://app.example/cb', HERE],
    pkce: true,
  })

  assert.deepEqual(manifestSettings(manifest), {
    scopes: ['chat:write'],
    userScopes: ['search:read'],
    redirectUris: [HERE],
    registered: ['https://app.example/cb', HERE],
    hasPkce: true,
  })
})

for (const name of [
  'yes',
  'No',
  'on',
  '12:30',
  '2026-01-01',
  '1e3',
  '~',
  '- x',
  'a: b',
  '日本語',
]) {
  test(`a name such as ${name} is a string to parsers of YAML 1.1 and 1.2`, async () => {
    const yaml = await manifestText(createManifest({ ...request, name }), 'yaml')

    for (const version of ['1.1', '1.2'] as const) {
      assert.equal(parse(yaml, { version }).display_information.name, name)
    }
    assert.equal((await readManifest(yaml, 'it')).display_information?.name, name)
  })
}

test('aliases that grow without bound are refused', async () => {
  const levels = ['a: &a [x,x,x,x,x,x,x,x,x]', 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]']
  for (const [name, before] of ['cb', 'dc', 'ed', 'fe'].map((pair) => [...pair])) {
    levels.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join()}]`)
  }

  await assert.rejects(readManifest(levels.join('\n'), 'it'), /is not YAML: Excessive alias count/)
})

const broken: readonly [what: string, change: Record<string, unknown>, pointer: string][] = [
  ['no name', { display_information: { name: ' ' } }, '/display_information/name'],
  ['a long name', { display_information: { name: 'x'.repeat(36) } }, '/display_information/name'],
  [
    'a long description',
    { display_information: { name: 'x', description: 'x'.repeat(141) } },
    '/display_information/description',
  ],
  [
    'a long description that is short',
    { display_information: { name: 'x', long_description: 'x'.repeat(173) } },
    '/display_information/long_description',
  ],
  [
    'a colour by name',
    { display_information: { name: 'x', background_color: 'blue' } },
    '/display_information/background_color',
  ],
  [
    'http elsewhere',
    { oauth_config: { redirect_urls: [HERE, 'http://app.example/cb'] } },
    '/oauth_config/redirect_urls/1',
  ],
  [
    'a fragment',
    { oauth_config: { redirect_urls: ['https://app.example/#cb'] } },
    '/oauth_config/redirect_urls/0',
  ],
  [
    "an app's own scheme without PKCE",
    { oauth_config: { redirect_urls: ['myapp://cb'] } },
    '/oauth_config/redirect_urls/0',
  ],
  [
    'a thousand and one redirects',
    { oauth_config: { redirect_urls: Array.from({ length: 1001 }, () => HERE) } },
    '/oauth_config/redirect_urls',
  ],
  [
    'an optional scope alone',
    { oauth_config: { scopes: { user_optional: ['search:read'] } } },
    '/oauth_config/scopes/user_optional',
  ],
  [
    'a scope that is none',
    { oauth_config: { scopes: { user: ['search:read', 'no scope'] } } },
    '/oauth_config/scopes/user/1',
  ],
  ['bot scopes without a bot', { features: undefined }, '/features/bot_user'],
]

for (const [what, change, pointer] of broken) {
  test(`${what} breaks a rule, and its place is named`, () => {
    const manifest = parseManifest({ ...createManifest(request), ...change }, 'it')
    assert.deepEqual(
      manifestProblems(manifest).map((problem) => problem.pointer),
      [pointer],
    )
  })
}

for (const text of [
  '',
  '[]',
  '"text"',
  '{"oauth_config":{"redirect_urls":"x"}}',
  '{',
  'a: [',
  'a: b: c',
]) {
  test(`${JSON.stringify(text)} is no manifest, said in one line`, async () => {
    await assert.rejects(readManifest(text, 'FILE'), (error) => {
      assert.ok(error instanceof SlackOAuthError)
      assert.equal(error.code, 'invalid_manifest')
      assert.match(error.message, /^FILE .*$/)
      return true
    })
  })
}
