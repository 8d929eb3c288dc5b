import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { printedUrl } from '../support/person.js'
import { slackApp } from '../support/slack-app.js'
import { tempCli } from '../support/temp-cli.js'
import { waitingInstall } from '../support/waiting-install.js'
import { browserForTests, skip } from './chromium.js'

/** A text, not a function: what the test runner compiles would not run in a page. */
const MEASURE = readFileSync(join(import.meta.dirname, 'measure.js'), 'utf8')

const SECRET = /xox[a-z]|code=|state=|[?&]error=/

describe('in Chromium', { skip }, () => {
  const visit = browserForTests()

  test('an install goes from the consent page to a page that says so', async (t) => {
    const { command, authorizeUrl, state } = await waitingInstall(t)
    const { page, complaints, hosts } = await visit()

    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { level: 1, name: 'Installed' }).waitFor()

    assert.match(await page.title(), /^Installed/)
    assert.match(String(await page.locator('main').textContent()), /return to slack-oauth install/)
    assert.equal((await command.finished).code, 0)
    assert.doesNotMatch(page.url(), SECRET)
    const html = await page.content()
    assert.doesNotMatch(html, SECRET)
    assert.ok(!html.includes(state))
    assert.deepEqual([...hosts], ['localhost'])
    assert.deepEqual(complaints, [])
  })

  test('the history keeps no address with the code in it', async (t) => {
    const { command, authorizeUrl } = await waitingInstall(t)
    const { page } = await visit()
    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    await command.finished

    const cdp = await page.context().newCDPSession(page)
    const { entries } = await cdp.send('Page.getNavigationHistory')
    for (const { url } of entries) assert.doesNotMatch(url, /[?&]code=/)
    const named = await page.evaluate(() => performance.getEntries().map(({ name }) => name))
    for (const name of named) assert.doesNotMatch(name, SECRET)
  })

  test('reloading the last page after the end is harmless', async (t) => {
    const { command, authorizeUrl, cli } = await waitingInstall(t)
    const { page } = await visit()
    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    await command.finished
    const before = (await cli.run('show', '--json', '--reveal')).stdout

    await assert.rejects(page.reload(), /ERR_CONNECTION_REFUSED/)

    assert.equal((await cli.run('show', '--json', '--reveal')).stdout, before)
  })

  test('Cancel ends on a page that says so', async (t) => {
    const { command, authorizeUrl } = await waitingInstall(t)
    const { page, complaints } = await visit()
    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('heading', { level: 1, name: 'Cancelled' }).waitFor()
    const { code, stderr } = await command.finished
    assert.equal(code, 4)
    assert.doesNotMatch(stderr, / at /)
    assert.doesNotMatch(page.url(), SECRET)
    // The answer is a 4xx or 5xx, which Chromium notes; nothing else
    assert.ok(complaints.every((each) => each.startsWith('Failed to load resource')))
  })

  test('Sign in with Slack ends on a page that says so', async (t) => {
    const { env } = await slackApp(t)
    const cli = await tempCli(t, env)
    const command = cli.start('signin')
    const { page, complaints, hosts } = await visit()
    await page.goto(await printedUrl(command))
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { level: 1, name: 'Signed in' }).waitFor()
    const { code, stdout } = await command.finished
    assert.equal(code, 0)
    assert.match(stdout, /^Name +Alice Example$/m)
    assert.doesNotMatch(await page.content(), /eyJ|xox|alice@/)
    assert.deepEqual([...hosts], ['localhost'])
    assert.deepEqual(complaints, [])
  })

  test('a failed exchange shows the message and the hint of the terminal', async (t) => {
    const { command, authorizeUrl } = await waitingInstall(t, {
      faults: [{ method: 'oauth.v2.access', kind: 'error', error: 'bad_client_secret' }],
    })
    const { page } = await visit()
    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { level: 1, name: 'That did not work' }).waitFor()
    const text = await page.locator('main').textContent()
    assert.match(String(text), /Slack answered "bad_client_secret"/)
    assert.match(String(text), /Compare SLACK_CLIENT_SECRET/)
    assert.equal((await command.finished).code, 4)
  })

  test('a page of another origin cannot end the wait', async (t) => {
    const { command, authorizeUrl, redirectUri } = await waitingInstall(t)
    const forged = `${redirectUri}?error=access_denied&state=x`
    const attacker = createServer((_, response) =>
      response.setHeader('Content-Type', 'text/html').end(`<img src="${forged}">
        <iframe src="${forged}"></iframe><form method="post" action="${forged}" target="f"></form>
        <iframe name="f"></iframe>
        <script>fetch(${JSON.stringify(forged)}).catch(() => 0)
        fetch(${JSON.stringify(forged)}, { mode: 'no-cors' }).catch(() => 0)
        document.forms[0].submit()</script>`),
    )
    await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve))
    t.after(() => attacker.close())
    const address = attacker.address()
    assert.ok(address !== null && typeof address === 'object')
    const { page } = await visit()

    await page.goto(`http://127.0.0.1:${address.port}/`, { waitUntil: 'networkidle' })

    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    assert.equal((await command.finished).code, 0)
  })

  test('the short start URL that a browser is opened with leads all the way', async (t) => {
    const { env } = await slackApp(t)
    const cli = await tempCli(t, env)
    const browser = join(cli.home, 'browser')
    await writeFile(browser, `#!/bin/sh\nprintf %s "$1" > '${cli.home}/opened'\n`, { mode: 0o755 })
    const command = cli.with({ BROWSER: browser }).start('install', '--scopes', 'chat:write')
    await command.waitFor(/Waiting for you/)
    const { page } = await visit()
    await page.goto(await contentOf(join(cli.home, 'opened')))
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    assert.equal((await command.finished).code, 0)
  })

  test('everything works without JavaScript and with the keyboard alone', async (t) => {
    const { command, authorizeUrl } = await waitingInstall(t)
    const { page } = await visit({ javaScriptEnabled: false })
    await page.goto(authorizeUrl)
    const allow = page.getByRole('button', { name: 'Allow' })
    const isFocused = () => allow.and(page.locator(':focus')).count()
    for (let tabs = 0; tabs < 20 && (await isFocused()) === 0; tabs++) {
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    assert.equal((await command.finished).code, 0)
  })

  test('our pages come with the headers that keep them to themselves', async (t) => {
    const { redirectUri } = await waitingInstall(t)
    const { page } = await visit()
    const response = await page.goto(`${redirectUri}?state=x&code=y`)
    const headers = response?.headers() ?? {}
    const policy = headers['content-security-policy'] ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe|script-src|https?:/)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`every page can be read in ${colorScheme}, and fits a screen of 320 pixels`, async (t) => {
      const { authorizeUrl, redirectUri, command } = await waitingInstall(t)
      const { page } = await visit({ colorScheme, viewport: { width: 320, height: 640 } })
      await page.goto(`${redirectUri}?state=x&code=y`)
      await assertReadable(page, colorScheme)
      await page.goto(authorizeUrl)
      await assertReadable(page, colorScheme)
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByRole('heading', { name: 'Installed' }).waitFor()
      await assertReadable(page, colorScheme)
      await command.finished
    })
  }
})

async function contentOf(path: string): Promise<string> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text !== '') return text
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

interface Seen {
  readonly overflow: number
  readonly ground: number
  readonly contrasts: readonly (readonly [element: string, contrast: number])[]
}

/** A language, one heading, a landmark, no sideways scrolling, and text in contrast of 4.5 to 1. */
async function assertReadable(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  assert.equal(await page.locator('h1').count(), 1)
  assert.equal(await page.getByRole('main').count(), 1)
  const seen: Seen = await page.evaluate(MEASURE)
  assert.ok(seen.overflow <= 0, `${page.url()} scrolls sideways by ${seen.overflow}`)
  assert.ok(colorScheme === 'dark' ? seen.ground < 0.2 : seen.ground > 0.8)
  assert.ok(seen.contrasts.length > 2)
  for (const [element, contrast] of seen.contrasts) {
    assert.ok(contrast >= 4.5, `${element}: ${contrast.toFixed(2)}`)
  }
}
