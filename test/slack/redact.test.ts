import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { protect, redact, redactToken } from '../../src/base/redact.ts'
import { slackError } from '../../src/slack/client/slack-error.ts'

const tokens = {
  'bot token': 'xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy',
  'legacy bot token': 'xoxb-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy',
  'user token': 'xoxp-1234567890-1234567890-1234567890-0123456789abcdef0123456789abcdef',
  'short token, as in the documentation': 'xoxb-1234',
  'rotating bot token': `xoxe.xoxb-1-${'Mi0xLTM'.repeat(24)}`,
  'rotating user token': `xoxe.xoxp-1-${'Mi0xLTM'.repeat(24)}`,
  'refresh token': `xoxe-1-${'My0xLTE'.repeat(21)}`,
  'app-level token': 'xapp-1-A0KRD7HC3-1234567890-0123456789abcdef',
  'workflow token': 'xwfp-1234567890-abcdef',
  'legacy token': 'xoxa-2-0123456789abcdef',
  'client token': 'xoxc-1234567890-0123456789abcdef',
  'client cookie': 'xoxd-AbC%2BdEf%2FgHi%3D%3D',
  'token of the sandbox': 'xoxb-sandbox-0123456789abcdef',
}

const parameters = {
  code: '1111.2222.0123456789abcdef',
  state: 'qZ3v9yIu0Qm8Hc5sT1bWn6RkXe2LfAoJdPg4UVtYx7M',
  nonce: 'n-0S6_WzA2Mj',
  code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  client_secret: '0123456789abcdef0123456789abcdef',
  signing_secret: 'fedcba9876543210fedcba9876543210',
  id_token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJVMTExIn0.c2lnbmF0dXJl',
  access_token: 'q9Zaccess8',
  refresh_token: 'q9Zrefresh8',
  token: 'q9Ztoken8',
}

function isGone(text: string, secret: string): void {
  const clean = redact(text)
  // No part of it either that one could go on from
  for (const part of secret.split(/[-._]/).filter((each) => each.length > 4)) {
    if (part === 'sandbox') continue
    assert.ok(!clean.includes(part), clean)
  }
  assert.ok(!clean.includes(secret), clean)
  assert.match(clean, /\*\*\*/)
}

describe('redact', () => {
  for (const [kind, token] of Object.entries(tokens)) {
    test(`hides a ${kind} in a sentence, a URL, JSON and a variable`, () => {
      isGone(`Slack refused ${token}.`, token)
      isGone(`(${token}), twice: ${token}`, token)
      isGone(`https://slack.com/api/auth.test?pretty=1&x=${token}&y=1`, token)
      isGone(`%7B%22bot%22%3A%22${token}%22%7D`, token)
      isGone(JSON.stringify({ bot: token }), token)
      isGone(JSON.stringify({ body: JSON.stringify({ bot: token }) }), token)
      isGone(`SLACK_BOT_${token}`, token)
      isGone(`d=${token}; Path=/`, token)
    })
  }

  for (const [name, value] of Object.entries(parameters)) {
    test(`hides the parameter ${name} in a URL and in JSON`, () => {
      isGone(`http://localhost:8910/a?${name}=${value}`, value)
      isGone(`http://localhost:8910/a?x=1&${name}=${value}&y=2#z`, value)
      isGone(`could not open "http://localhost/?${name}=${value}".`, value)
      isGone(`body: ${name.toUpperCase()}=${value}`, value)
      isGone(JSON.stringify({ ok: true, [name]: value, a: 1 }), value)
      isGone(JSON.stringify({ [name]: value }, undefined, 2), value)
      isGone(JSON.stringify({ body: JSON.stringify({ [name]: value }) }), value)
    })
  }

  test('hides a parameter in a URL that is a parameter of another, and in JSON that is one', () => {
    isGone(encodeURIComponent('http://localhost/?code=1.2.abcdef&x=1'), '1.2.abcdef')
    isGone(encodeURIComponent('a=1&state=qZ3v9yIu0Qm8'), 'qZ3v9yIu0Qm8')
    isGone(encodeURIComponent('{"code":"1.2.abcdef"}'), '1.2.abcdef')
    isGone(encodeURIComponent('Authorization: Basic MTExLjIyMjpzZWNyZXQ='), 'MTExLjIyMjpzZWNyZXQ')
  })

  test('hides a secret that it was told of, whatever stands around it, and no short word', () => {
    protect('c11e5ec&/ 9')
    protect('chat')
    assert.equal(redact('it said c11e5ec&/ 9.'), 'it said ***.')
    assert.equal(redact('x=c11e5ec%26%2F+9&y'), 'x=***&y')
    assert.equal(redact('scope chat:write'), 'scope chat:write')
  })

  test('hides secrets in variables of the environment', () => {
    isGone('SLACK_CLIENT_SECRET=0123456789abcdef', '0123456789abcdef')
    isGone('SLACK_SIGNING_SECRET=0123456789abcdef', '0123456789abcdef')
    isGone('--client-secret=0123456789abcdef', '0123456789abcdef')
  })

  for (const path of [
    'services/T024/B024/abcDEF123',
    'workflows/T024/A024/abcDEF123',
    'triggers/T024/123456/abcDEF123',
  ]) {
    test(`hides the webhook of ${path.split('/')[0]}`, () => {
      for (const host of ['hooks.slack.com', 'hooks.slack-gov.com']) {
        const url = `https://${host}/${path}`
        isGone(`posted to ${url}.`, 'abcDEF123')
        isGone(JSON.stringify({ url }), 'abcDEF123')
        isGone(`{"url":"${url.replaceAll('/', '\\/')}"}`, 'abcDEF123')
        isGone(`http://localhost/?to=${encodeURIComponent(url)}`, 'abcDEF123')
      }
    })
  }

  test('hides an ID token without a name', () => {
    isGone(`the token ${parameters.id_token} is invalid`, parameters.id_token)
  })

  test('hides what stands in an Authorization header', () => {
    isGone('Authorization: Basic MTExLjIyMjpzZWNyZXQ=', 'MTExLjIyMjpzZWNyZXQ=')
    isGone('authorization: bearer opaque-value', 'opaque-value')
  })

  test('hides the credentials in a URL, also with an @ in the password', () => {
    isGone('postgres://user:hunter2@db.example/slack', 'hunter2')
    isGone('postgres://user:p@hunter2@db.example/slack', 'hunter2')
    assert.match(redact('postgres://user:hunter2@db.example/slack'), /db\.example\/slack/)
  })

  test('hides every one of several', () => {
    const clean = redact(`${Object.values(tokens).join(' ')} code=${parameters.code}`)
    for (const token of Object.values(tokens)) assert.ok(!clean.includes(token))
    assert.ok(!clean.includes(parameters.code))
  })

  test('keeps the kind of what it hides, and all else', () => {
    assert.equal(
      redact('Slack refused xoxe.xoxb-1-abc (auth.test) for T111'),
      'Slack refused xoxe.xoxb-*** (auth.test) for T111',
    )
    assert.equal(
      redact('http://localhost:8910/a?code=1.2.a&x=1'),
      'http://localhost:8910/a?code=***&x=1',
    )
    assert.equal(redact('{"code":"1.2.a","x":1}'), '{"code":"***","x":1}')
  })

  test('leaves a text without secrets alone', () => {
    for (const text of [
      'Slack answered "invalid_code" (oauth.v2.access)',
      'Nothing is installed: there is no /home/u/.local/share/slack-oauth/installations.db',
      'Port 8910 is in use: https://docs.slack.dev/authentication/tokens#bot',
      'exit code 4, state of the store, token rotation',
      'slack-oauth install --client-id 111.222 --scopes chat:write',
      '',
    ]) {
      assert.equal(redact(text), text)
    }
  })

  test('changes nothing the second time', () => {
    const once = redact(`${Object.values(tokens).join(' ')} ${JSON.stringify(parameters)} a?code=1`)
    assert.equal(redact(once), once)
  })

  test('is done at once with a very long text', () => {
    const began = performance.now()
    for (const part of ['xoxb-', 'eyJ', '//', 'code=', '"token":"', 'hooks.slack.com/', 'basic ']) {
      redact(part.repeat(20_000))
      redact(`${part}${'a'.repeat(100_000)}`)
    }
    assert.ok(performance.now() - began < 2000)
  })
})

test('a redacted token shows its kind and nothing else', () => {
  for (const [token, shown] of [
    ['xoxb-1234', 'xoxb-***'],
    ['xoxp-1234', 'xoxp-***'],
    ['xoxe.xoxb-1-abc', 'xoxe.xoxb-***'],
    ['xoxe-1-abc', 'xoxe-***'],
    ['xapp-1-A1-2-abc', 'xapp-***'],
    ['xwfp-1234', 'xwfp-***'],
    ['opaque', '***'],
    ['', '***'],
  ] as const) {
    assert.equal(redactToken(token), shown)
  }
})

test('what we say ourselves is left as it is', () => {
  for (const word of ['bad_client_secret', 'invalid_client', 'invalid_client_id', 'invalid_code']) {
    const { message, hint = '' } = slackError('oauth.v2.access', word)
    assert.equal(redact(message), message)
    assert.equal(redact(hint), hint)
  }
  const page = 'it is under Basic Information at https://api.slack.com/apps'
  assert.equal(redact(page), page)
})
