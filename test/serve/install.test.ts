import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consent } from '../support/person.ts'
import { rawRequest } from '../support/raw-http.ts'
import { serving, stored, type TestServer } from '../support/serving.ts'

/** A browser: one jar of cookies, redirects followed by hand. */
function browser({ origin }: TestServer) {
  let cookie = ''
  const get = async (url: string) => {
    const response = await fetch(new URL(url, origin), {
      redirect: 'manual',
      headers: cookie === '' ? {} : { cookie },
    })
    const [set] = response.headers.getSetCookie()
    if (set) cookie = set.split(';')[0] ?? ''
    return { status: response.status, location: response.headers.get('location') ?? '', response }
  }
  return {
    get,
    /** The redirect back from Slack, not followed yet. */
    async consent(answer = 'allow'): Promise<string> {
      const { location } = await get('/slack/install?redirect=1')
      return consent(location, { decision: answer })
    },
    /** How it ended, by the address of the last page. */
    async follow(callback: string): Promise<string> {
      const { status, location } = await get(callback)
      assert.equal(status, 303)
      return location
    },
  }
}

const done = (outcome: string) => `/slack/install/done?outcome=${outcome}`

test('the install page has a button whose link carries a state, and ties it to the browser', async (t) => {
  const server = await serving(t)
  const { response } = await browser(server).get('/slack/install')
  const html = await response.text()

  assert.equal(response.status, 200)
  const [, href = ''] = /<a href="([^"]+)">Add to Slack<\/a>/.exec(html) ?? []
  const url = new URL(href.replaceAll('&amp;', '&'))
  assert.equal(url.origin + url.pathname, `${server.slack.url}/oauth/v2/authorize`)
  assert.equal(url.searchParams.get('scope'), 'chat:write,commands')
  assert.equal(url.searchParams.get('redirect_uri'), server.redirectUri)
  assert.match(url.searchParams.get('state') ?? '', /^[\w-]{43}\.[\w-]{43}$/)
  assert.match(
    response.headers.getSetCookie()[0] ?? '',
    /^slack-oauth-browser=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/,
  )
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  assert.equal(response.headers.get('cache-control'), 'no-store')
})

test('?redirect=1 goes straight to Slack, with the workspace to offer first', async (t) => {
  const server = await serving(t)
  const { status, location } = await browser(server).get('/slack/install?redirect=1&team=T123')
  assert.equal(status, 303)
  assert.equal(new URL(location).searchParams.get('team'), 'T123')
  const odd = await browser(server).get('/slack/install?redirect=1&team=T%26x%3D1')
  assert.equal(new URL(odd.location).searchParams.get('team'), null)
})

test('HEAD has the head of a page, and none of its body', async (t) => {
  const { origin } = await serving(t)
  for (const path of ['/slack/install?here=1', '/slack/install?redirect=1', done('installed')]) {
    const [page, head] = await Promise.all([
      rawRequest(origin, path),
      rawRequest(origin, path, { method: 'HEAD' }),
    ])
    const of = ({ headers: { date, ...headers }, ...rest }: typeof page) =>
      JSON.stringify({ ...rest, headers }).replace(/[\w-]{43}/g, 'random')
    assert.equal(of(head), of({ ...page, body: '' }))
    assert.ok(path.includes('redirect') || Number(head.headers['content-length']) > 1_000)
  }
})

test('HEAD of the callback uses up neither the state nor the code', async (t) => {
  const server = await serving(t)
  const { consent, follow } = browser(server)
  const callback = new URL(await consent())
  const head = await rawRequest(server.origin, callback.pathname + callback.search, {
    method: 'HEAD',
  })
  assert.equal(head.status, 405)
  assert.equal(await follow(callback.href), done('installed'))
})

test('consent ends with a stored installation, and a page whose address holds no code', async (t) => {
  const server = await serving(t)
  const { consent, follow, get } = browser(server)

  const last = await follow(await consent())

  assert.equal(last, done('installed'))
  const { response } = await get(last)
  assert.equal(response.status, 200)
  assert.match(await response.text(), /<h1>Installed<\/h1>/)
  assert.deepEqual(await stored(server.store), ['T0SANDBOX01 U0ALICE0001: bot'])
  const bot = await server.store.installations.findBot({ teamId: 'T0SANDBOX01' })
  assert.match(bot?.id ?? '', /^B/)
  assert.equal((await server.logged('installed')).teamId, 'T0SANDBOX01')
})

test('the other path for callbacks is served as well', async (t) => {
  const server = await serving(t)
  const { consent, follow } = browser(server)
  const callback = (await consent()).replace('/slack/oauth_redirect', '/slack/oauth/callback')
  assert.equal(await follow(callback), done('installed'))
})

test('cancelling is told, and installs nothing', async (t) => {
  const server = await serving(t)
  const { consent, follow, get } = browser(server)
  const last = await follow(await consent('cancel'))
  assert.equal(last, done('access_denied'))
  const { response } = await get(last)
  assert.match(await response.text(), /Cancelled.*administrator.*approve.*Try again/s)
  assert.equal((await server.logged('cancelled')).status, 303)
  assert.deepEqual(await stored(server.store), [])
})

test('a state is of one browser: in another it does nothing, and stays good in its own', async (t) => {
  const server = await serving(t)
  const [mine, other, bare] = [browser(server), browser(server), browser(server)]
  await other.get('/slack/install')
  const callback = await mine.consent()

  assert.equal(await other.follow(callback), done('wrong_state'))
  assert.equal(await bare.follow(callback), done('wrong_state'))
  assert.deepEqual(await stored(server.store), [])
  assert.equal(server.slack.callCounts()['oauth.v2.access'], undefined)

  assert.equal(await mine.follow(callback), done('installed'))
})

test('two tabs of one browser install one after the other, the older first or last', async (t) => {
  const server = await serving(t)
  const { consent, follow } = browser(server)
  const [first, second] = [await consent(), await consent()]
  assert.equal(await follow(second), done('installed'))
  assert.equal(await follow(first), done('installed'))
})

test('a callback counts once, also when it comes ten times at once', async (t) => {
  const server = await serving(t)
  const { consent, follow } = browser(server)
  const callback = await consent()
  const ends = await Promise.all(Array.from({ length: 10 }, () => follow(callback)))
  // The slower ones, and a reload afterwards, are shown how the first went
  assert.equal(ends.filter((end) => end === done('installed')).length, 10)
  assert.equal(await follow(callback), done('installed'))
  assert.equal(server.log.filter(({ outcome }) => outcome === 'installed').length, 1)
  assert.equal(server.log.filter(({ outcome }) => outcome === 'duplicate').length, 10)
  assert.equal(server.slack.callCounts()['oauth.v2.access'], 1)
})

test('an error without a state of ours changes nothing', async (t) => {
  const server = await serving(t)
  const { consent, follow, get } = browser(server)
  const callback = await consent()
  for (const query of [
    'error=access_denied',
    'error=access_denied&state=x',
    'code=x',
    'code=x&state=',
    '',
  ]) {
    assert.equal(await follow(`/slack/oauth_redirect?${query}`), done('wrong_state'), query)
  }
  const state = new URL(callback).searchParams.get('state') ?? ''
  const repeated = `/slack/oauth_redirect?state=${state}&error=access_denied&error=x`
  assert.equal(await follow(repeated), done('wrong_state'))
  assert.equal((await get(done('wrong_state'))).status, 400)
  assert.equal(await follow(callback), done('installed'))
})

test('thirty people install at once', async (t) => {
  const server = await serving(t)
  const people = Array.from({ length: 30 }, () => browser(server))
  const ends = await Promise.all(people.map(async (one) => one.follow(await one.consent())))
  assert.deepEqual(new Set(ends), new Set([done('installed')]))
})

test('a state that one process issued, another on the same store takes, once', async (t) => {
  const first = await serving(t)
  const second = await serving(t, { beside: first })
  const mine = browser(first)
  const callback = new URL(await mine.consent())
  const there = `${second.origin}${callback.pathname}${callback.search}`
  assert.equal(await mine.follow(there), done('installed'))
  assert.equal(await mine.follow(callback.href), done('wrong_state'))
})

test('a failing Slack is told by a page, a line and no secret', async (t) => {
  const server = await serving(t)
  server.slack.inject({ method: 'oauth.v2.access', kind: 'error', error: 'bad_client_secret' })
  const { consent, follow, get } = browser(server)
  const callback = await consent()
  const last = await follow(callback)
  assert.equal(last, done('invalid_client'))
  assert.equal((await get(last)).status, 400)

  const { detail } = await server.logged('install_failed')
  assert.match(detail ?? '', /bad_client_secret/)
  const { searchParams } = new URL(callback)
  for (const secret of ['code', 'state']) {
    assert.ok(!JSON.stringify(server.log).includes(searchParams.get(secret) ?? '?'))
  }
})

test('a store that fails is told on the install page and by a line, and is no bug', async (t) => {
  const server = await serving(t)
  await server.store.close()
  for (const path of ['/slack/install', '/slack/install?redirect=1']) {
    const { status, response } = await browser(server).get(path)
    assert.equal(status, 500)
    assert.match(await response.text(), /That did not work.*store_unavailable/s)
  }
  assert.deepEqual(
    server.log.map(({ kind, outcome, detail }) => [
      kind,
      outcome,
      /was closed$/.test(detail ?? ''),
    ]),
    Array(2).fill(['install', 'store_failed', true]),
  )
})

test('the last page says our own words only, whatever its address asks for', async (t) => {
  const server = await serving(t)
  const { response } = await browser(server).get(done('<b>you%20won</b>'))
  assert.equal(response.status, 400)
  assert.doesNotMatch(await response.text(), /you won/)
})

test('behind a tunnel, the cookie is for https and that host alone, and localhost leads there', async (t) => {
  const redirectUri = new URL('https://app.example.com/slack/oauth_redirect')
  const server = await serving(t, { settings: { redirectUri } })
  const tunnel = { host: 'app.example.com' }

  const local = await rawRequest(server.origin, '/slack/install?team=T1')
  assert.equal(local.headers.location, 'https://app.example.com/slack/install?team=T1&here=1')

  const page = await rawRequest(server.origin, '/slack/install', { headers: tunnel })
  assert.equal(page.status, 200)
  assert.match(
    String(page.headers['set-cookie']),
    /^__Host-slack-oauth-browser=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/,
  )
  // A tunnel that puts another Host in is no endless loop
  const rewritten = await rawRequest(server.origin, '/slack/install?here=1')
  assert.equal(rewritten.status, 200)
})

test('the log names what was odd in the answer of Slack beside what is missing for it', async (t) => {
  const server = await serving(t, { sandbox: { consent: 'allow' } })
  const authed_user = { access_token: 'xoxp-of-nobody' }
  server.slack.inject({ method: 'oauth.v2.access', kind: 'patch', patch: { authed_user } })
  const { callback, cookie } = await server.authorized()
  await fetch(callback, { headers: { cookie }, redirect: 'manual' })
  const { detail } = await server.logged('installed')
  assert.match(
    detail ?? '',
    /^Slack's answer was odd in authed_user; The app is installed and its bot is saved, but /,
  )
})
