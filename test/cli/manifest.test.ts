import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parseEnv } from 'node:util'
import type { Fault, SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { decide, printedUrl } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

const CREDENTIALS = '.env.slack-oauth'

/** A Slack on which a command line may make apps, by a configuration token alone. */
async function maker(t: TestContext, options: SandboxOptions = {}) {
  const { slack, redirectUri } = await slackApp(t, options)
  const cli = await tempCli(t, {
    SLACK_OAUTH_SLACK_URL: slack.url,
    SLACK_CONFIG_TOKEN: slack.configToken,
    SLACK_REDIRECT_URI: redirectUri,
  })
  const path = (name: string) => join(cli.home, name)
  return {
    slack,
    cli,
    redirectUri,
    path,
    credentials: () => parseEnv(readFileSync(path(CREDENTIALS), 'utf8')),
    save: (name: string, manifest: unknown) =>
      writeFileSync(path(name), typeof manifest === 'string' ? manifest : JSON.stringify(manifest)),
  }
}

/** The command line of somebody who has only what `--create` has left behind. */
function fresh(cli: TempCli): TempCli {
  return cli.with({ SLACK_OAUTH_SLACK_URL: '', SLACK_CONFIG_TOKEN: '', SLACK_REDIRECT_URI: '' })
}

test('settings to manifest, to app, to installation, to token, with nothing copied by hand', async (t) => {
  const { slack, cli, path } = await maker(t)
  const printed = await cli.main(
    ...['manifest', '--name', 'Round trip', '--scopes', 'chat:write', '--rotation'],
    ...['--user-scopes', 'search:read', '--optional-scopes', 'im:read'],
  )
  assert.equal(printed.code, 0, printed.stderr)
  writeFileSync(path('manifest.json'), printed.stdout)

  const created = await cli.main('manifest', '--create', '--manifest', 'manifest.json')

  assert.equal(created.code, 0, created.stderr)
  assert.match(created.stdout, /^App +A\w+$/m)
  assert.match(created.stdout, /^Client ID +\d+\.\d+$/m)
  assert.match(created.stdout, /^Settings +http:\S+\/apps\/A\w+$/m)
  const [, next = ''] = /^Next:\nslack-oauth (.*)$/m.exec(created.stderr) ?? []
  const command = fresh(cli).start(...next.split(' '))
  await decide(command, { 'optional:bot:im:read': 'decline' })
  const { code, stdout, stderr } = await command.finished
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Bot scopes +chat:write$/m)
  assert.match(stdout, /^Not granted +im:read$/m)
  const token = await fresh(cli).run('token', '--env-file', CREDENTIALS)
  assert.match(token.stdout, /^xoxe\.xoxb-1-sandbox\S+\n$/, token.stderr)
  assert.equal(slack.apps[1]?.name, 'Round trip')
})

test('an app made with --pkce is installed by the command that is shown, without a secret', async (t) => {
  const { slack, cli } = await maker(t)
  const created = await cli.main('manifest', '--create', '--pkce', '--user-scopes', 'search:read')
  assert.match(created.stderr, /^warning: PKCE cannot be turned off again/m)
  const [, next = ''] = /^Next:\nslack-oauth (install --pkce .*)$/m.exec(created.stderr) ?? []

  const command = fresh(cli).start(...next.split(' '))
  await decide(command)

  const { code, stdout, stderr } = await command.finished
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^User scopes +search:read$/m)
  assert.equal(slack.calls('oauth.v2.access')[0]?.headers.authorization, undefined)
})

test('an app for Sign in with Slack alone leads to signin', async (t) => {
  const { cli } = await maker(t)
  const created = await cli.main('manifest', '--create', '--sign-in')
  const [, next = ''] = /^Next:\nslack-oauth (signin .*)$/m.exec(created.stderr) ?? []

  const command = fresh(cli).start(...next.split(' '))
  await decide(command)

  const { code, stderr } = await command.finished
  assert.equal(code, 0, stderr)
})

test('the secrets of a new app are in a file of mode 0600, and nowhere in the output', async (t) => {
  const { slack, cli, path, credentials } = await maker(t)

  const { stdout, stderr } = await cli.main(
    'manifest',
    '--create',
    '--scopes',
    'chat:write',
    '--json',
  )

  assert.equal(statSync(path(CREDENTIALS)).mode & 0o777, 0o600)
  const { SLACK_CLIENT_SECRET: secret = '', SLACK_SIGNING_SECRET: signing = '' } = credentials()
  const app = slack.apps[1]
  assert.equal(secret, app?.clientSecret)
  assert.match(signing, /^sandbox\w{48}$/)
  for (const planted of [secret, signing, slack.configToken]) {
    assert.equal((stdout + stderr).includes(planted), false)
  }
  assert.deepEqual(JSON.parse(stdout), {
    app_id: app?.appId,
    client_id: app?.clientId,
    settings_url: `${slack.url}/apps/${app?.appId}`,
    env_file: path(CREDENTIALS),
  })
})

test('a file that is there is not written over, and no app is made', async (t) => {
  const { slack, cli, path } = await maker(t)
  writeFileSync(path(CREDENTIALS), 'KEEP=1\n')

  const { code, stdout, stderr } = await cli.main('manifest', '--create', '--scopes', 'chat:write')

  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /is there already, and is not written over \(usage\)\nhint: Name another/)
  assert.equal(readFileSync(path(CREDENTIALS), 'utf8'), 'KEEP=1\n')
  assert.equal(slack.apps.length, 1)
})

test('a link is not followed, not even one that leads nowhere', async (t) => {
  const { slack, cli, path } = await maker(t)
  symlinkSync(path('elsewhere'), path('creds'))

  const { code } = await cli.main(
    ...['manifest', '--create', '--scopes', 'chat:write', '--credentials', 'creds'],
  )

  assert.equal(code, 2)
  assert.throws(() => statSync(path('elsewhere')))
  assert.equal(slack.apps.length, 1)
})

test('when Slack refuses, no file stays behind', async (t) => {
  const { slack, cli, path } = await maker(t)
  slack.inject({ method: 'apps.manifest.create', kind: 'error', error: 'failed_creating_app' })

  const { code, stderr } = await cli.main('manifest', '--create', '--scopes', 'chat:write')

  assert.notEqual(code, 0)
  assert.match(stderr, /failed_creating_app/)
  assert.throws(() => statSync(path(CREDENTIALS)))
})

test('an answer that is lost makes no second app', async (t) => {
  const { slack, cli } = await maker(t)
  slack.inject({ method: 'apps.manifest.create', kind: 'drop-answer' })

  const { code, stderr } = await cli.main('manifest', '--create', '--scopes', 'chat:write')

  assert.equal(code, 5)
  assert.match(stderr, /^hint: The app may have been made all the same: look at http:\S+\/apps /m)
  assert.equal(slack.callCounts()['apps.manifest.create'], 1)
})

const CREDENTIALS_OF = (secret: string) => ({
  app_id: 'A1',
  credentials: { client_id: '1.2', client_secret: secret },
})

const CREATE = { method: 'apps.manifest.create' }

const faults: readonly [what: string, fault: Fault, exitCode?: number][] = [
  ['HTML', { ...CREATE, kind: 'html' }],
  ['HTTP 500', { ...CREATE, kind: 'status', status: 500 }],
  ['half an answer', { ...CREATE, kind: 'truncate' }],
  ['no answer', { ...CREATE, kind: 'hang-up' }],
  ['an answer without credentials', { ...CREATE, kind: 'patch', patch: { credentials: null } }],
  ['a secret of two lines', { ...CREATE, kind: 'patch', patch: CREDENTIALS_OF('planted\nX=1') }],
  [
    'a token in its complaint',
    {
      ...CREATE,
      kind: 'patch',
      patch: {
        ok: false,
        error: 'invalid_manifest',
        errors: [{ message: 'xoxe.xoxp-1-planted', pointer: '/' }],
      },
    },
    2,
  ],
]

for (const [what, fault, exitCode = 5] of faults) {
  test(`when Slack answers with ${what}, no secret is printed and no file stays`, async (t) => {
    const { slack, cli, path } = await maker(t)
    slack.inject(fault)

    const { code, stdout, stderr } = await cli.main(
      'manifest',
      '--create',
      '--scopes',
      'chat:write',
    )

    assert.equal(code, exitCode, stderr)
    assert.equal(stdout, '')
    assert.equal(stderr.includes(slack.configToken), false)
    assert.doesNotMatch(stderr, /planted|sandbox\w{48}/)
    assert.throws(() => statSync(path(CREDENTIALS)))
  })
}

test('in a git repository, a file that git would commit is warned of, an ignored one is not', async (t) => {
  const { cli, path } = await maker(t)
  execFileSync('git', ['init', '--quiet'], { cwd: cli.home })
  writeFileSync(path('.gitignore'), '.env*\n')
  const create = ['manifest', '--create', '--scopes', 'chat:write']

  const ignored = await cli.main(...create)
  const open = await cli.main(...create, '--credentials', 'creds')

  assert.doesNotMatch(ignored.stderr, /git would commit/)
  assert.match(
    open.stderr,
    /^warning: git would commit the secrets in .*creds: add it to .gitignore$/m,
  )
})

for (const [word, code, hint] of [
  [
    'token_expired',
    4,
    /lives twelve hours: generate one at .*\/apps, or .* tooling\.tokens\.rotate/,
  ],
  ['invalid_auth', 4, /SLACK_CONFIG_TOKEN takes an app configuration token/],
] as const) {
  test(`${word} is explained for a configuration token`, async (t) => {
    const { slack, cli } = await maker(t)
    slack.inject({ method: 'apps.manifest.create', kind: 'error', error: word })

    const result = await cli.main('manifest', '--create', '--scopes', 'chat:write')

    assert.equal(result.code, code)
    assert.equal(result.stdout, '')
    assert.match(result.stderr, new RegExp(`"${word}"`))
    assert.match(/^hint: (.*)$/m.exec(result.stderr)?.[1] ?? '', hint)
  })
}

test('the configuration token is read from a file, and is not taken as an option', async (t) => {
  const { slack, cli, path, save } = await maker(t)
  save('token', `${slack.configToken}\n`)
  const env = { SLACK_CONFIG_TOKEN: '', SLACK_CONFIG_TOKEN_FILE: path('token') }
  const create = ['manifest', '--create', '--scopes', 'chat:write']

  assert.equal((await cli.with(env).run(...create)).code, 0)

  const option = await cli.main(...create, '--config-token=xoxe.xoxp-1-secret')
  assert.equal(option.code, 2)
  assert.doesNotMatch(option.stderr, /xoxe/)
  assert.match(option.stderr, /^hint: Set SLACK_CONFIG_TOKEN/m)
  const without = await cli.with({ SLACK_CONFIG_TOKEN: '' }).run(...create)
  assert.equal(without.code, 2)
  assert.match(without.stderr, /No app configuration token is set \(missing_setting\)/)
})

test('what Slack says of a manifest is told with its place', async (t) => {
  const { slack, cli, save } = await maker(t)
  save('app.json', { display_information: { name: 'x' } })
  const validate = () => cli.main('manifest', '--validate', 'app.json')
  slack.inject({
    method: 'apps.manifest.validate',
    kind: 'patch',
    patch: {
      ok: false,
      error: 'invalid_manifest',
      errors: [{ message: 'invalid url', pointer: '/oauth_config/redirect_urls/0' }],
    },
    times: 1,
  })

  const refused = await validate()

  assert.equal(refused.code, 2)
  assert.match(
    refused.stderr,
    /"invalid_manifest" \(apps\.manifest\.validate\): \/oauth_config\/redirect_urls\/0 invalid url \(invalid_manifest\)/,
  )
  assert.match((await validate()).stderr, /is valid, Slack says so as well/)
})

test('a file is checked by the documented rules without a token, and Slack is not asked', async (t) => {
  const { slack, cli, save } = await maker(t)
  const offline = cli.with({ SLACK_CONFIG_TOKEN: '' })
  save('good.yaml', 'display_information:\n  name: Good\n')
  save('bad.yaml', `display_information:\n  name: ${'x'.repeat(36)}\n`)

  const good = await offline.run('manifest', '--validate', 'good.yaml', '--json')
  const bad = await offline.run('manifest', '--validate', 'bad.yaml')

  assert.deepEqual(JSON.parse(good.stdout), { valid: true, asked_slack: false })
  assert.equal(bad.code, 2)
  assert.match(bad.stderr, /\/display_information\/name takes 1 to 35 characters/)
  assert.deepEqual(slack.callCounts(), {})
})

test('the link holds the manifest that was printed, and warnings say what cannot be undone', async (t) => {
  const cli = await tempCli(t)

  const { stdout, stderr } = await cli.main(
    ...['manifest', '--name', 'A & B', '--pkce', '--rotation', '--user-scopes', 'search:read'],
  )

  const [link = ''] = /^https:\S+$/m.exec(stderr) ?? []
  const { origin, pathname, searchParams } = new URL(link)
  assert.equal(origin + pathname, 'https://api.slack.com/apps')
  assert.equal(searchParams.get('new_app'), '1')
  assert.deepEqual(JSON.parse(searchParams.get('manifest_json') ?? ''), JSON.parse(stdout))
  assert.doesNotMatch(link, /\+/)
  assert.match(stderr, /^warning: PKCE cannot be turned off again/m)
  assert.match(stderr, /^warning: Token rotation cannot be turned off again$/m)
  assert.match(stderr, /^warning: An app made by the link may come without PKCE/m)
})

test('YAML and JSON say the same, and a YAML manifest is read back', async (t) => {
  const { cli, save } = await maker(t)
  const settings = ['manifest', '--scopes', 'chat:write,im:read', '--name', 'true']

  const json = await cli.main(...settings)
  const yaml = await cli.main(...settings, '--format', 'yaml')
  save('app.yaml', yaml.stdout)
  const back = await cli.main('manifest', '--manifest', 'app.yaml')

  assert.match(yaml.stdout, /^display_information:\n {2}name: "true"\n/)
  assert.equal(back.stdout, json.stdout)
})

test('a manifest to begin with is changed by options alone, the environment fills what it lacks', async (t) => {
  const { cli, save, redirectUri } = await maker(t)
  const use = cli.with({ SLACK_SCOPES: 'users:read' })
  const oauth = { redirect_urls: ['https://app.example/cb'], scopes: { bot: ['chat:write'] } }
  const run = async (oauth_config: unknown, ...options: string[]) => {
    save('app.json', { display_information: { name: 'x' }, oauth_config })
    const { stdout, stderr } = await use.run('manifest', '--manifest', 'app.json', ...options)
    assert.notEqual(stdout, '', stderr)
    return JSON.parse(stdout).oauth_config
  }

  assert.deepEqual(await run(oauth), oauth)
  assert.deepEqual(await run(oauth, '--scopes', 'im:read', '--redirect-uri', redirectUri), {
    redirect_urls: [redirectUri],
    scopes: { bot: ['im:read'] },
  })
  assert.deepEqual(await run({}), {
    redirect_urls: [redirectUri],
    scopes: { bot: ['users:read'] },
  })
})

test('install takes scopes and redirect from a manifest, options and the environment stand before it', async (t) => {
  const { env, redirectUri } = await slackApp(t)
  const cli = await tempCli(t, { ...env, SLACK_REDIRECT_URI: '' })
  const manifest = {
    display_information: { name: 'From Slack CLI' },
    oauth_config: {
      redirect_urls: ['https://app.example/cb', redirectUri],
      scopes: { bot: ['chat:write'], user: ['search:read', 'openid'] },
    },
  }
  writeFileSync(join(cli.home, 'manifest.json'), JSON.stringify(manifest))
  const asked = async (use: TempCli, ...options: string[]) => {
    const command = use.start('install', '--manifest', 'manifest.json', ...options)
    const { searchParams } = new URL(await printedUrl(command))
    command.child.kill('SIGINT')
    await command.finished
    return ['scope', 'user_scope', 'redirect_uri'].map((name) => searchParams.get(name))
  }

  assert.deepEqual(await asked(cli), ['chat:write', 'search:read', redirectUri])
  assert.deepEqual(await asked(cli, '--scopes', 'im:read', '--user-scopes', ''), [
    'im:read',
    null,
    redirectUri,
  ])
  assert.deepEqual(await asked(cli.with({ SLACK_SCOPES: 'users:read' })), [
    'users:read',
    'search:read',
    redirectUri,
  ])
})

test('a redirect URI that the manifest does not cover is warned of before a browser opens', async (t) => {
  const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2' })
  const manifest = {
    display_information: { name: 'x' },
    oauth_config: { redirect_urls: ['http://localhost:3000/'], scopes: { bot: ['chat:write'] } },
  }
  writeFileSync(join(cli.home, 'manifest.json'), JSON.stringify(manifest))
  const url = async (...options: string[]) =>
    (await cli.main('url', '--manifest', 'manifest.json', ...options)).stderr

  assert.equal(await url(), '')
  assert.equal(await url('--redirect-uri', 'http://localhost:3000/below'), '')
  assert.match(
    await url('--redirect-uri', 'http://localhost:3001/'),
    /^warning: The manifest lists no redirect URL for http:\/\/localhost:3001\/ \(it lists http:\/\/localhost:3000\/\)/,
  )
})

test('url and check take scopes from a manifest as well', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)
  const manifest = {
    display_information: { name: 'x' },
    oauth_config: { scopes: { bot: ['chat:write', 'files:read'] } },
  }
  writeFileSync(join(cli.home, 'manifest.json'), JSON.stringify(manifest))

  const url = await cli.main('url', '--manifest', 'manifest.json')
  const command = cli.start('install', '--scopes', 'chat:write')
  await decide(command)
  await command.finished
  const check = await cli.main('check', '--manifest', 'manifest.json')

  assert.equal(new URL(url.stdout).searchParams.get('scope'), 'chat:write,files:read')
  assert.equal(check.code, 4)
  assert.match(check.stdout, /lacks files:read/)
})

test('a manifest without redirect URLs, and one with PKCE and a bot on localhost, are refused first', async (t) => {
  const { env, slack, redirectUri } = await slackApp(t)
  const cli = await tempCli(t, { ...env, SLACK_REDIRECT_URI: '' })
  const install = async (oauth: Record<string, unknown>) => {
    const manifest = { display_information: { name: 'x' }, oauth_config: oauth }
    writeFileSync(join(cli.home, 'manifest.json'), JSON.stringify(manifest))
    return cli.main('install', '--manifest', 'manifest.json')
  }
  const scopes = { bot: ['chat:write'] }

  const none = await install({ scopes })
  const bot = await install({ scopes, redirect_urls: [redirectUri], pkce_enabled: true })

  assert.equal(none.code, 2)
  assert.match(none.stderr, /The manifest has no redirect_urls \(missing_setting\)/)
  assert.equal(bot.code, 2)
  assert.match(bot.stderr, /With PKCE, Slack gives no bot scopes \(chat:write\)/)
  assert.deepEqual(slack.callCounts(), {})
})

for (const [name, args, says] of [
  ['no scopes', [], /No scopes for the app \(missing_setting\)/],
  [
    'org-wide without a bot',
    ['--org', '--user-scopes', 'search:read'],
    /An org-wide app needs a bot scope \(invalid_scope\)/,
  ],
  ['a long name', ['--scopes', 'chat:write', '--name', 'x'.repeat(36)], /takes 1 to 35 characters/],
  [
    'a redirect that Slack refuses',
    ['--scopes', 'chat:write', '--redirect-uri', 'http://app.example/cb'],
    /\/oauth_config\/redirect_urls\/0 is http on another host/,
  ],
  ['credentials of no app', ['--scopes', 'chat:write', '--credentials', 'x'], /goes with --create/],
  ['a manifest that is not there', ['--manifest', 'nowhere.json'], /nowhere\.json/],
] as const) {
  test(`manifest refuses ${name}`, async (t) => {
    const cli = await tempCli(t)

    const { code, stdout, stderr } = await cli.main('manifest', ...args)

    assert.equal(code, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, says)
  })
}

test('what is odd about a YAML manifest is not told with the lines of the file', async (t) => {
  const cli = await tempCli(t)
  const file = join(cli.home, 'manifest.yaml')
  writeFileSync(file, 'display_information:\n  name: !!js/function Zq8vK3mW9xQ2\n')
  const { stderr } = await cli.main('manifest', '--manifest', file)
  assert.equal(stderr.includes('Zq8vK3mW9xQ2'), false, stderr)
  assert.doesNotMatch(stderr, /YAMLWarning/)
})
