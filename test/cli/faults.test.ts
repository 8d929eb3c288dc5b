import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import Database from 'better-sqlite3'
import type { Fault } from '../../src/sandbox/sandbox.ts'
import { freePort } from '../support/free-port.ts'
import { decide, look } from '../support/person.ts'
import { tempCli } from '../support/temp-cli.ts'
import { until } from '../support/until.ts'
import { waitingInstall } from '../support/waiting-install.ts'

type Spoiled = Fault extends infer F ? (F extends Fault ? Omit<F, 'method'> : never) : never

interface Case {
  readonly name: string
  readonly fault: Spoiled
  readonly code: number
  readonly says: RegExp
}

const exchangeFaults: readonly Case[] = [
  {
    name: 'refuses the secret',
    fault: { kind: 'error', error: 'bad_client_secret' },
    code: 4,
    says: /Slack answered "bad_client_secret" \(oauth\.v2\.access\) \(invalid_client\)/,
  },
  {
    name: 'refuses with a word nobody knows',
    fault: { kind: 'error', error: 'brand_new_error' },
    code: 4,
    says: /Slack answered "brand_new_error" \(oauth\.v2\.access\) \(authorization_failed\)/,
  },
  {
    name: 'has an internal error',
    fault: { kind: 'error', error: 'internal_error' },
    code: 5,
    says: /Slack answered "internal_error" \(oauth\.v2\.access\) \(slack_unavailable\)/,
  },
  {
    name: 'answers HTTP 500',
    fault: { kind: 'status', status: 500 },
    code: 5,
    says: /Slack answered HTTP 500 \(oauth\.v2\.access\) \(slack_unavailable\)/,
  },
  {
    name: 'says that the rate is limited',
    fault: { kind: 'error', error: 'ratelimited' },
    code: 5,
    says: /Slack answered "ratelimited" \(oauth\.v2\.access\) \(rate_limited\)/,
  },
  {
    name: 'limits the rate for longer than one waits',
    fault: { kind: 'status', status: 429, retryAfter: 600 },
    code: 5,
    says: /Slack limits how often oauth\.v2\.access may be called \(rate_limited\)\nhint: Try again in 600 seconds/,
  },
  {
    name: 'answers HTML',
    fault: { kind: 'html' },
    code: 5,
    says: /The answer to oauth\.v2\.access was not JSON \(unexpected_response\)/,
  },
  {
    name: 'sends half a body',
    fault: { kind: 'truncate' },
    code: 5,
    says: /No answer from http:\S+ \(oauth\.v2\.access\).*\(slack_unavailable\)/,
  },
  {
    name: 'hangs up',
    fault: { kind: 'hang-up' },
    code: 5,
    says: /No answer from http:\S+ \(oauth\.v2\.access\).*\(slack_unavailable\)/,
  },
  {
    name: 'never answers',
    fault: { kind: 'silence' },
    code: 5,
    says: /Slack did not answer within 2 seconds \(oauth\.v2\.access\) \(slack_unavailable\)/,
  },
  {
    name: 'answers after the time-out',
    fault: { kind: 'delay', seconds: 60 },
    code: 5,
    says: /Slack did not answer within 2 seconds/,
  },
  {
    name: 'refuses without a word',
    fault: { kind: 'patch', patch: { ok: false } },
    code: 5,
    says: /The answer to oauth\.v2\.access refuses and says no reason \(unexpected_response\)/,
  },
  {
    name: 'gives a token with a newline in it',
    fault: { kind: 'patch', patch: { access_token: 'xoxb-a\nINJECT: yes' } },
    code: 5,
    says: /holds no token that can be used: the app is installed, and its tokens are lost/,
  },
]

describe('an install that meets a fault', { concurrency: 4 }, () => {
  for (const { name, fault, code, says } of exchangeFaults) {
    test(`an exchange at which Slack ${name} ends the install with nothing stored`, async (t) => {
      const waiting = await waitingInstall(
        t,
        { faults: [{ method: 'oauth.v2.access', ...fault }] },
        ['--timeout', '2'],
      )

      const page = await look((await waiting.redirect()).href)
      const finished = await waiting.command.finished

      assert.equal(finished.code, code, finished.stderr)
      assert.equal(finished.stdout, '')
      assert.match(finished.stderr, says)
      assert.match(page.html, /That did not work/)
      assert.doesNotMatch(finished.stderr + page.html, /xox[a-z][-.]/)
      assert.equal((await waiting.cli.run('token')).code, 3)
      assert.equal(waiting.slack.calls('oauth.v2.access').length, 1)
    })
  }

  test('an answer that grants a token and is odd beside it is stored, and the oddity is named', async (t) => {
    const waiting = await waitingInstall(t, {
      faults: [
        { method: 'oauth.v2.access', kind: 'patch', patch: { app_id: null, expires_in: 1e15 } },
      ],
    })
    assert.equal((await look((await waiting.redirect()).href)).status, 200)
    const { code, stderr } = await waiting.command.finished
    assert.equal(code, 0)
    assert.match(stderr, /^warning: Slack's answer was not as documented.*: app_id, expires_in$/m)
    assert.match((await waiting.cli.run('token')).stdout, /^xoxb-/)
  })

  test('a rate limit of a second is waited for', async (t) => {
    const waiting = await waitingInstall(t, {
      faults: [{ method: 'oauth.v2.access', kind: 'status', status: 429, retryAfter: 1, times: 1 }],
    })
    await look((await waiting.redirect()).href)
    assert.equal((await waiting.command.finished).code, 0)
    assert.equal(waiting.slack.calls('oauth.v2.access').length, 2)
  })

  test('an exchange whose answer is lost is not tried again', async (t) => {
    const waiting = await waitingInstall(t, {
      faults: [{ method: 'oauth.v2.access', kind: 'drop-answer' }],
    })
    await look((await waiting.redirect()).href)
    assert.equal((await waiting.command.finished).code, 5)
    assert.equal(waiting.slack.calls('oauth.v2.access').length, 1)
  })

  test('a passing fault of auth.test is tried again', async (t) => {
    const waiting = await waitingInstall(t, {
      faults: [{ method: 'auth.test', kind: 'status', status: 503, times: 2 }],
    })
    await look((await waiting.redirect()).href)
    assert.equal((await waiting.command.finished).code, 0)
  })

  test('when auth.test fails the tokens are saved all the same, and what is missing is told', async (t) => {
    const waiting = await waitingInstall(t, {
      faults: [{ method: 'auth.test', kind: 'error', error: 'fatal_error' }],
    })
    const page = await look((await waiting.redirect()).href)
    const { code, stderr, stdout } = await waiting.command.finished

    assert.equal(code, 5)
    assert.match(
      stderr,
      /error: Installed and saved, but without the bot's id: .*"fatal_error".*\(incomplete_installation\)/,
    )
    assert.match(stderr, /hint: The tokens work/)
    assert.match(stdout, /Installed in +Acme Sandbox/)
    assert.match(page.html, /without the bot&#39;s id/)
    assert.match((await waiting.cli.run('token')).stdout, /^xoxb-/)

    waiting.slack.clearFaults()
    const again = waiting.cli.start('install', '--scopes', 'chat:write')
    await decide(again)
    assert.equal((await again.finished).code, 0)
    const shown: { bot_id: string } = JSON.parse((await waiting.cli.run('show', '--json')).stdout)
    assert.match(shown.bot_id, /^B/)
  })

  test('cancelling ends with exit 4, a sentence and no stack', async (t) => {
    const waiting = await waitingInstall(t)
    const page = await decide(waiting.command, { decision: 'cancel' })
    const { code, stdout, stderr } = await waiting.command.finished
    assert.equal(code, 4)
    assert.equal(stdout, '')
    assert.match(
      stderr,
      /^error: Cancelled on Slack's page \("access_denied"\): .+ \(access_denied\)$/m,
    )
    assert.doesNotMatch(stderr, /^ +at /m)
    assert.match(page.html, /Cancelled/)
  })

  test('a wait that nobody ends times out and names the redirect URI to register', async (t) => {
    const waiting = await waitingInstall(t, {}, ['--timeout', '1'])
    const { code, stdout, stderr } = await waiting.command.finished
    assert.equal(code, 4)
    assert.equal(stdout, '')
    assert.match(stderr, /Nobody came back from Slack's page within 1 seconds? \(timed_out\)/)
    assert.match(stderr, new RegExp(`register exactly ${waiting.redirectUri}`))
  })

  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const stages: readonly [stage: string, fault: Fault | undefined][] = [
      ['the wait', undefined],
      ['the exchange', { method: 'oauth.v2.access', kind: 'delay', seconds: 30 }],
      ['the pause before a second exchange', pause('oauth.v2.access')],
      ['auth.test', { method: 'auth.test', kind: 'delay', seconds: 30 }],
      ['the pause before a second auth.test', pause('auth.test')],
    ]
    for (const [stage, fault] of stages) {
      test(`${signal} during ${stage} ends at once, the port free and the file whole`, async (t) => {
        const waiting = await waitingInstall(t, { faults: fault ? [fault] : [] })
        const { port } = new URL(waiting.redirectUri)
        if (fault) {
          const redirect = await waiting.redirect()
          look(redirect.href).catch(() => {})
          await until(() => waiting.slack.calls(fault.method).length > 0)
        }
        const started = performance.now()
        waiting.command.child.kill(signal)
        const { code, stdout, stderr } = await waiting.command.finished

        assert.equal(code, exit, stderr)
        assert.ok(performance.now() - started < 3_500)
        const isGranted = fault?.method === 'auth.test'
        if (!isGranted) assert.equal(stdout, '')
        if (isGranted) assert.match(stderr, /Installed and saved, but without the bot's id/)
        assert.doesNotMatch(stderr, /^ +at /m)
        await assertPortIsFree(Number(port))
        const db = new Database(waiting.cli.db)
        t.after(() => db.close())
        assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
        assert.equal(db.prepare('select count(*) from oauth_states').pluck().get(), 0)
        // The tokens were granted before auth.test, so they are kept
        assert.equal((await waiting.cli.run('token')).code, isGranted ? 0 : 3)
      })
    }
  }

  function pause(method: string): Fault {
    return { method, kind: 'status', status: 429, retryAfter: 20 }
  }

  async function assertPortIsFree(port: number): Promise<void> {
    const { createServer } = await import('node:http')
    for (const address of ['127.0.0.1', '::1']) {
      const server = createServer()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, address, resolve)
      })
      await new Promise((resolve) => server.close(resolve))
    }
  }

  test('a Slack that is not there is exit 5', async (t) => {
    const waiting = await waitingInstall(t)
    const redirect = await waiting.redirect()
    await waiting.slack.close()
    await look(redirect.href)
    const { code, stderr } = await waiting.command.finished
    assert.equal(code, 5)
    assert.match(stderr, /No answer from http:\S+ \(oauth\.v2\.access\): ECONNREFUSED/)
  })

  test('a store that cannot be written is found out before a browser opens', async (t) => {
    const cli = await tempCli(t, {
      SLACK_CLIENT_ID: '1.2',
      SLACK_CLIENT_SECRET: 'x',
      SLACK_REDIRECT_URI: `http://localhost:${await freePort()}/callback`,
      SLACK_OAUTH_DB: '/proc/nowhere/installations.db',
    })
    const { code, stdout, stderr } = await cli.run('install', '--scopes', 'chat:write')
    assert.equal(code, 6, stderr)
    assert.equal(stdout, '')
    assert.match(
      stderr,
      /The store \/proc\/nowhere\/installations\.db failed: ENOENT \(store_unavailable\)/,
    )
    assert.doesNotMatch(stderr, /Open this URL/)
  })

  test('a store locked by another does not hide why a wait ended', async (t) => {
    const waiting = await waitingInstall(t)
    const other = new Database(waiting.cli.db)
    t.after(() => other.close())
    other.exec('begin immediate')
    waiting.command.child.kill('SIGINT')
    const { code, stderr } = await waiting.command.finished
    assert.equal(code, 130)
    assert.match(stderr, /interrupted/)
  })

  test('a store that locks after consent says that the tokens could not be kept', async (t) => {
    const waiting = await waitingInstall(t, {
      faults: [{ method: 'auth.test', kind: 'delay', seconds: 0.5 }],
    })
    const page = look((await waiting.redirect()).href)
    await until(() => waiting.slack.calls('auth.test').length > 0)
    const other = new Database(waiting.cli.db)
    t.after(() => other.close())
    other.exec('begin immediate')
    const { code, stdout, stderr } = await waiting.command.finished
    assert.equal(code, 6)
    assert.equal(stdout, '')
    assert.match(
      stderr,
      /The app is installed in Acme Sandbox \(T0SANDBOX01\), but its tokens are lost: .* locked/,
    )
    assert.match((await page).html, /its tokens are lost/)
  })

  test('a token that auth.test finds revoked is not said to work', async (t) => {
    const waiting = await waitingInstall(t, {
      faults: [{ method: 'auth.test', kind: 'error', error: 'token_revoked' }],
    })
    await look((await waiting.redirect()).href)
    const { code, stderr } = await waiting.command.finished
    assert.equal(code, 4)
    assert.doesNotMatch(stderr, /tokens work/)
  })

  test('a browser that does not start is told, with the URL to open instead', async (t) => {
    const waiting = await waitingInstall(t)
    waiting.command.child.kill('SIGINT')
    await waiting.command.finished
    const command = waiting.cli.with({ BROWSER: '/bin/false' }).start('install', '--scopes', 'a:b')
    await command.waitFor(
      /The browser did not start\nIf no page opens, use this URL:\nhttp\S+authorize\S+\n/,
    )
    command.child.kill('SIGINT')
    assert.equal((await command.finished).code, 130)
  })
})
