import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redirectError } from '../../src/slack/client/slack-error.ts'
import { look } from '../support/person.ts'
import { serving } from '../support/serving.ts'
import { waitingInstall } from '../support/waiting-install.ts'

test('what Slack says of its refusal is shown, without secrets and on one line', async (t) => {
  const waiting = await waitingInstall(t)
  const { html } = await look(
    waiting.stray({
      state: waiting.state,
      error: 'access_denied',
      error_description: 'No <b>way</b>\nxoxb-1-secret',
    }).href,
  )
  const { code, stdout, stderr } = await waiting.command.finished
  assert.equal(code, 4)
  assert.equal(stdout, '')
  assert.match(stderr, /Cancelled on Slack's page \("access_denied"\): No <b>way<\/b> xoxb-\*\*\*/)
  assert.match(html, /No &lt;b&gt;way&lt;\/b&gt; xoxb-\*\*\*/)
})

test('a bare access_denied names both a cancel and an approval, and app_approval_pending has its hint', () => {
  const bare = redirectError('access_denied')
  assert.equal(bare.code, 'access_denied')
  assert.match(bare.message, /cancelled, or an administrator has to approve/)
  assert.match(redirectError('app_approval_pending').hint ?? '', /administrator/)
  assert.match(redirectError('server_error', 'out of "cheese"').message, /: out of +cheese/)
})

const prefetches: readonly Record<string, string>[] = [
  { 'sec-purpose': 'prefetch' },
  { 'sec-purpose': 'prefetch;prerender' },
  { purpose: 'prefetch' },
  { 'x-moz': 'prefetch' },
  { 'x-purpose': 'preview' },
]

test('a prefetch takes no code, and the person who follows is installed', async (t) => {
  const waiting = await waitingInstall(t)
  const redirect = await waiting.redirect()
  for (const headers of prefetches) {
    const response = await fetch(redirect, { headers, redirect: 'manual' })
    assert.equal(response.status, 503, JSON.stringify(headers))
    assert.match(response.headers.get('cache-control') ?? '', /no-store/)
  }
  assert.equal(waiting.slack.calls('oauth.v2.access').length, 0)
  assert.equal((await look(redirect.href)).status, 200)
  assert.equal((await waiting.command.finished).code, 0)
})

test('serve takes no code for a prefetch either', async (t) => {
  const server = await serving(t, { sandbox: { consent: 'allow' } })
  const { callback, cookie } = await server.authorized()
  for (const headers of prefetches) {
    const response = await fetch(callback, { headers: { ...headers, cookie }, redirect: 'manual' })
    assert.equal(response.status, 503)
  }
  const response = await fetch(callback, { headers: { cookie }, redirect: 'manual' })
  assert.match(response.headers.get('location') ?? '', /outcome=installed/)
  assert.equal(server.slack.callCounts()['oauth.v2.access'], 1)
})

test('a reload is shown "installed", whatever other cookies the browser has got since', async (t) => {
  const server = await serving(t, { sandbox: { consent: 'allow' } })
  const { callback, cookie } = await server.authorized()
  for (const cookies of [cookie, cookie, `visit=1; ${cookie}`, `${cookie}; visit=2`]) {
    const response = await fetch(callback, { headers: { cookie: cookies }, redirect: 'manual' })
    assert.match(response.headers.get('location') ?? '', /outcome=installed$/, cookies)
  }
  const stranger = await fetch(callback, { headers: { cookie: 'visit=1' }, redirect: 'manual' })
  assert.match(stranger.headers.get('location') ?? '', /outcome=wrong_state$/)
  assert.equal(server.slack.callCounts()['oauth.v2.access'], 1)
})
