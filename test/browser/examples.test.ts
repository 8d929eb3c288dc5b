import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startExample } from '../examples/example.ts'
import { browserForTests, skip } from './chromium.ts'

describe('the examples in Chromium', { skip }, () => {
  const visit = browserForTests()

  test('an install that is cancelled, then begun again and allowed', async (t) => {
    const app = await startExample(t, 'web-app.ts')
    const { page, hosts } = await visit()

    await page.goto(`${app.origin}/slack/install`)
    await page.getByRole('link', { name: 'Add to Slack' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Nothing was installed (access_denied)').waitFor()
    assert.equal(await app.storedToken(), undefined)

    await page.goto(`${app.origin}/slack/install`)
    await page.getByRole('link', { name: 'Add to Slack' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('Thanks for installing this app!').waitFor()
    assert.match(String(await app.storedToken()), /^xoxb-/)
    assert.deepEqual([...hosts], ['localhost'])
  })

  test('two tabs of one browser both come back', async (t) => {
    const app = await startExample(t, 'web-app.ts')
    const { page: first } = await visit()
    const second = await first.context().newPage()
    for (const page of [first, second]) await page.goto(`${app.origin}/slack/install`)
    for (const page of [second, first]) {
      await page.getByRole('link', { name: 'Add to Slack' }).click()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByText('Thanks for installing this app!').waitFor()
    }
  })

  test('a sign-in ends with a greeting, and a reload signs nobody in again', async (t) => {
    const app = await startExample(t, 'sign-in.ts')
    const { page } = await visit()

    await page.goto(app.origin)
    await page.getByRole('link', { name: 'Sign in with Slack' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Hello Alice Example' }).waitFor()
    await page.reload()

    await page.getByText('Nobody is signed in (wrong_state)').waitFor()
  })
})
