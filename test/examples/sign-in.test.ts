import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startExample, visitor } from './example.ts'

test('examples/sign-in.ts', async (t) => {
  const app = await startExample(t, 'sign-in.ts')

  await t.test('greets the person who signs in, by the ID token and userInfo', async () => {
    const browser = visitor(app)
    const page = await browser.decide(await browser.begin('/'), 'allow')
    assert.equal(page.status, 200)
    assert.equal(await page.text(), '<h1>Hello Alice Example</h1>')
    const [printed] = await app.process.waitFor(/^\w+ has signed in$/m, 'stdout')
    assert.equal(printed, 'U0ALICE0001 has signed in')
    assert.equal(app.slack.calls('openid.connect.userInfo').length, 1)
  })

  await t.test('believes no ID token with another nonce', async () => {
    app.slack.inject({
      method: 'openid.connect.token',
      kind: 'id-token',
      fault: 'wrong-nonce',
      times: 1,
    })
    const browser = visitor(app)
    const page = await browser.decide(await browser.begin('/'), 'allow')
    assert.equal(page.status, 400)
    assert.match(await page.text(), /Nobody is signed in \(id_token_invalid\)/)
  })

  await t.test('says so when the person cancels', async () => {
    const browser = visitor(app)
    const page = await browser.decide(await browser.begin('/'), 'cancel')
    assert.equal(page.status, 400)
    assert.match(await page.text(), /\(access_denied\)/)
  })

  await t.test('signs nobody in by the callback of another browser', async () => {
    const before = app.slack.calls('openid.connect.token').length
    const page = await visitor(app).decide(await visitor(app).begin('/'), 'allow')
    assert.equal(page.status, 400)
    assert.match(await page.text(), /\(wrong_state\)/)
    assert.equal(app.slack.calls('openid.connect.token').length, before)
  })

  await t.test('anything else is not found', async () => {
    assert.equal((await fetch(`${app.origin}/nothing`)).status, 404)
  })
})
