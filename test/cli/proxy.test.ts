import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { accessToken } from '../../src/library/access-token.ts'
import { callSlack } from '../../src/slack/client/web-api.ts'
import { discoverProvider } from '../../src/slack/openid/provider.ts'
import { type ConnectProxy, connectProxy } from '../support/connect-proxy.ts'
import { freePort } from '../support/free-port.ts'
import { type HttpsSlack, httpsSlack, skipTls } from '../support/https-slack.ts'
import { type Installed, installed } from '../support/installed.ts'
import { consent, look } from '../support/person.ts'
import { until } from '../support/until.ts'

interface BehindProxy extends Installed {
  readonly tls: HttpsSlack
  readonly proxy: ConnectProxy
  /** What makes the command line ask https://slack.test through the proxy, and trust it. */
  readonly env: Record<string, string>
}

/** A token that has expired, and a Slack that only the proxy leads to. */
async function behindProxy(
  t: TestContext,
  options: { status?: number; silent?: boolean } = {},
): Promise<BehindProxy> {
  const app = await installed(t)
  const tls = await httpsSlack(t, app.slack.url)
  const proxy = await connectProxy(t, { port: tls.port, ...options })
  const env = {
    SLACK_OAUTH_SLACK_URL: 'https://slack.test',
    HTTPS_PROXY: proxy.url,
    NODE_EXTRA_CA_CERTS: tls.ca,
  }
  return { ...app, tls, proxy, env }
}

describe('a proxy', { skip: skipTls, concurrency: 4 }, () => {
  test('of HTTPS_PROXY is what Slack is asked through, by a tunnel of its own', async (t) => {
    const { cli, env, proxy } = await behindProxy(t)
    const { code, stdout, stderr } = await cli.with(env).run('token', '--bot')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^xoxe\.xoxb-\S+\n$/)
    assert.deepEqual(proxy.asked, [{ target: 'slack.test:443', authorization: undefined }])
  })

  for (const name of ['https_proxy', 'all_proxy', 'ALL_PROXY']) {
    test(`is found in ${name} too, with no scheme before its host`, async (t) => {
      const { cli, env, proxy } = await behindProxy(t)
      const { HTTPS_PROXY, ...rest } = env
      const set = { ...rest, [name]: (HTTPS_PROXY ?? '').replace('http://', '') }
      const { code, stderr } = await cli.with(set).run('token', '--bot')
      assert.equal(code, 0, stderr)
      assert.equal(proxy.asked.length, 1)
    })
  }

  test('gets the credentials of its URL, which are shown nowhere', async (t) => {
    const { cli, env, proxy } = await behindProxy(t)
    const url = proxy.url.replace('//', '//me:p%40ss-hush@')
    const working = await cli.with({ ...env, HTTPS_PROXY: url }).run('token', '--bot')
    assert.equal(working.code, 0, working.stderr)
    const sent = `Basic ${Buffer.from('me:p@ss-hush').toString('base64')}`
    assert.equal(proxy.asked[0]?.authorization, sent)

    const refusing = await connectProxy(t, { port: 1, status: 407 })
    const other = refusing.url.replace('//', '//me:p%40ss-hush@')
    const { code, stdout, stderr } = await cli
      .with({ ...env, HTTPS_PROXY: other })
      .run('check', '--bot')
    assert.equal(code, 5, stdout + stderr)
    assert.doesNotMatch(stdout + stderr, /hush|ss-/)
  })

  test('takes part in a whole installation', async (t) => {
    const { cli, env, proxy, slack } = await behindProxy(t)
    const command = cli.with(env).start('install', '--scopes', 'chat:write')
    const [url] = await command.waitFor(/^https:\/\/slack\.test\/oauth\/v2\/authorize\?\S+$/m)
    await look(await consent(url.replace('https://slack.test', slack.url)))
    const { code, stderr } = await command.finished
    assert.equal(code, 0, stderr)
    // The exchange and auth.test; what the browser does is its own
    assert.ok(proxy.asked.length >= 1)
  })

  test('is not asked for what NO_PROXY names', async (t) => {
    const { cli, env, proxy } = await behindProxy(t)
    const { code, stderr } = await cli.with({ ...env, NO_PROXY: '.test' }).run('token', '--bot')
    assert.equal(code, 5)
    // Without the proxy, the name leads nowhere
    assert.match(stderr, /No answer from https:\/\/slack\.test \(oauth\.v2\.access\): E\w+ /)
    assert.equal(proxy.asked.length, 0)
  })

  test('is never asked for this machine itself', async (t) => {
    const { cli, proxy } = await behindProxy(t)
    const all = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url }
    const { code, stderr } = await cli.with(all).run('token', '--bot')
    assert.equal(code, 0, stderr)
    assert.equal(proxy.asked.length, 0)
  })

  const refusals: readonly [status: number, hint: RegExp][] = [
    [407, /hint: It wants other credentials: put them into HTTPS_PROXY/],
    [403, /hint: Ask whoever runs it to let slack\.test through/],
    [502, /hint: Ask whoever runs it to let slack\.test through/],
  ]
  for (const [status, hint] of refusals) {
    test(`that answers ${status} is named, with exit 5`, async (t) => {
      const { cli, env, proxy } = await behindProxy(t, { status })
      const { code, stdout, stderr } = await cli.with(env).run('token', '--bot')
      assert.equal(code, 5)
      assert.equal(stdout, '')
      assert.ok(stderr.includes(`The proxy ${proxy.url} answered HTTP ${status}`), stderr)
      assert.match(stderr, /\(proxy_refused\)$/m)
      assert.match(stderr, hint)
      // Once: a proxy may lock an account after three wrong passwords
      assert.equal(proxy.asked.length, 1)
    })
  }

  test('that is not there is named, with exit 5', async (t) => {
    const { cli, env } = await behindProxy(t)
    const url = `http://127.0.0.1:${await freePort()}`
    const { code, stderr } = await cli.with({ ...env, HTTPS_PROXY: url }).run('token', '--bot')
    assert.equal(code, 5)
    assert.ok(stderr.includes(`by the proxy ${url} (oauth.v2.access): ECONNREFUSED`), stderr)
    assert.match(stderr, /hint: Is the proxy of HTTPS_PROXY right, and does it run\?/)
  })

  test('that keeps silent is waited for no longer than the time-out', async (t) => {
    const { cli, env, proxy } = await behindProxy(t, { silent: true })
    const { code, stderr } = await cli.with(env).run('token', '--bot', '--timeout', '1')
    assert.equal(code, 5)
    assert.match(stderr, /Slack did not answer within 1 seconds/)
    assert.ok(stderr.includes(`Is the proxy ${proxy.url} of HTTPS_PROXY working?`), stderr)
  })

  test('of another kind is refused before anything is sent', async (t) => {
    const { cli, env } = await behindProxy(t)
    const set = { ...env, HTTPS_PROXY: 'socks5://me:hush@127.0.0.1:1080' }
    const { code, stderr } = await cli.with(set).run('token', '--bot')
    assert.equal(code, 2)
    assert.match(stderr, /The proxy socks5:\/\/\*\*\*@127\.0\.0\.1:1080 of HTTPS_PROXY is neither/)
    assert.doesNotMatch(stderr, /hush/)
  })

  test('of another kind is no matter while the stored token is good', async (t) => {
    const { cli, env } = await behindProxy(t)
    await cli.with(env).run('token', '--bot')
    const set = { ...env, HTTPS_PROXY: 'socks5://127.0.0.1:1080' }
    const { code, stdout, stderr } = await cli.with(set).run('token', '--bot')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^xoxe\.xoxb-/)
  })

  test('does not hold the process when the work is done', async (t) => {
    const { cli, env } = await behindProxy(t)
    const command = cli.with(env).start('token', '--bot')
    await command.waitFor(/^xoxe/m, 'stdout')
    const told = performance.now()
    await command.finished
    assert.ok(performance.now() - told < 2_500)
  })

  test('ends with Ctrl-C while it keeps silent', async (t) => {
    const { cli, env, proxy } = await behindProxy(t, { silent: true })
    const command = cli.with(env).start('token', '--bot')
    await until(() => proxy.asked.length > 0)
    command.child.kill('SIGINT')
    assert.equal((await command.finished).code, 130)
  })
})

describe('a certificate', { skip: skipTls, concurrency: 2 }, () => {
  test('of an unknown authority is refused, and NODE_EXTRA_CA_CERTS named', async (t) => {
    const { cli, env } = await behindProxy(t)
    const { NODE_EXTRA_CA_CERTS, ...without } = env
    const { code, stderr } = await cli.with(without).run('token', '--bot')
    assert.equal(code, 5)
    assert.match(stderr, /: SELF_SIGNED_CERT_IN_CHAIN \(slack_unavailable\)/)
    assert.match(stderr, /hint: .*Set NODE_EXTRA_CA_CERTS to a PEM file/)
    assert.ok(NODE_EXTRA_CA_CERTS)
  })

  test('of another name is refused', async (t) => {
    const { cli, env } = await behindProxy(t)
    const set = { ...env, SLACK_OAUTH_SLACK_URL: 'https://other.test' }
    const { code, stderr } = await cli.with(set).run('token', '--bot')
    assert.equal(code, 5)
    assert.match(stderr, /(ERR_TLS_CERT_ALTNAME_INVALID|UND_ERR_PRX_TLS) \(slack_unavailable\)/)
  })
})

test('a proxy is asked by the library as well', async (t) => {
  const { store, stored, slack } = await installed(t)
  const { team } = await stored()
  const proxy = await connectProxy(t, { port: 1, status: 403 })
  process.env.HTTPS_PROXY = proxy.url
  t.after(() => delete process.env.HTTPS_PROXY)
  const options = {
    clientSecret: slack.apps[0]?.clientSecret ?? '',
    slackUrl: 'https://slack.test',
  }
  const asked = accessToken(store, { teamId: team?.id }, options)
  await assert.rejects(asked, { code: 'proxy_refused' })
  assert.equal(proxy.asked.length, 1)
})

test('a proxy is asked for Sign in with Slack as well', async (t) => {
  const proxy = await connectProxy(t, { port: 1, status: 403 })
  const slack = {
    slackUrl: 'https://slack.test',
    signal: new AbortController().signal,
    requestTimeoutSeconds: 5,
    proxy: { url: new URL(proxy.url), setting: 'HTTPS_PROXY' },
  }
  const credentials = { clientId: '1.2', clientSecret: 'hush' }
  await assert.rejects(discoverProvider(credentials, slack, Date.now), { code: 'proxy_refused' })
  assert.equal(proxy.asked.length, 1)
})

test('an answer that breaks off is an error like any other', async (t) => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { url } = await connectProxy(t, { port })
  const slack = {
    slackUrl: 'https://slack.test',
    signal: new AbortController().signal,
    requestTimeoutSeconds: 5,
    proxy: { url: new URL(url), setting: 'HTTPS_PROXY' },
  }
  await assert.rejects(callSlack({ method: 'auth.test', retries: 0 }, slack), {
    code: 'slack_unavailable',
    exitCode: 5,
  })
})
