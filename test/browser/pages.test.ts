import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Page, Response } from 'playwright-core'
import { printedUrl } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'
import { until } from '../support/until.ts'
import { waitingInstall } from '../support/waiting-install.ts'
import { browserForTests, skip } from './chromium.ts'

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

    assert.equal(await page.title(), 'Installed · slack-oauth')
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
    const { command, authorizeUrl, redirectUri } = await waitingInstall(t)
    const { page } = await visit()
    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    await command.finished

    const cdp = await page.context().newCDPSession(page)
    const { entries } = await cdp.send('Page.getNavigationHistory')
    const ours = entries.filter(({ url }) => url.startsWith(new URL(redirectUri).origin))
    assert.equal(ours.length, 1)
    for (const { url } of entries) assert.doesNotMatch(url, /[?&]code=/)
    for (const { url } of ours) assert.doesNotMatch(url, SECRET)
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

  test('going back and allowing once more is harmless', async (t) => {
    const { command, authorizeUrl, cli } = await waitingInstall(t)
    const { page } = await visit()
    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    await command.finished
    const before = (await cli.run('show', '--json', '--reveal')).stdout

    await page.goBack()
    const refused = page.waitForEvent('requestfailed')
    await page.getByRole('button', { name: 'Allow' }).click()

    assert.equal((await refused).failure()?.errorText, 'net::ERR_CONNECTION_REFUSED')
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
    assert.doesNotMatch(stderr, /^ +at /m)
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
    assert.doesNotMatch(await page.content(), /eyJ[\w-]+\.|xox[a-z]-|alice@/)
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
    const answers: string[] = []
    page.on('response', (response) => {
      if (response.url() === forged) {
        answers.push(`${response.request().method()} ${response.status()}`)
      }
    })

    await page.goto(`http://127.0.0.1:${address.port}/`, { waitUntil: 'networkidle' })

    assert.ok(answers.filter((answer) => answer === 'GET 400').length >= 2, answers.join())
    assert.ok(answers.includes('POST 405'), answers.join())
    await page.goto(authorizeUrl)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    assert.equal((await command.finished).code, 0)
  })

  test('what a forged redirect says is shown as text', async (t) => {
    const { redirectUri, state, command } = await waitingInstall(t)
    const { page, hosts, complaints } = await visit()
    const error = '<img src="https://attacker.example/"><h1>You won</h1>'
    await page.goto(`${redirectUri}?${new URLSearchParams({ error, state })}`)
    assert.equal(await page.getByRole('heading').count(), 1)
    assert.match(String(await page.locator('main').textContent()), /You won/)
    assert.deepEqual([...hosts], ['localhost'])
    assert.ok(complaints.every((each) => each.startsWith('Failed to load resource')))
    assert.equal((await command.finished).code, 4)
  })

  test('a scope that a person unticks is not granted, and the terminal says so', async (t) => {
    const { env } = await slackApp(t, { app: { optionalScopes: ['im:read'] } })
    const cli = await tempCli(t, env)
    const command = cli.start('install', '--scopes', 'chat:write,im:read')
    const { page } = await visit({ viewport: { width: 320, height: 640 } })
    await page.goto(await printedUrl(command))
    await assertReadable(page, 'light')
    await page.getByRole('checkbox', { name: 'im:read (as itself)' }).uncheck()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    const { code, stdout } = await command.finished
    assert.equal(code, 0)
    assert.match(stdout, /^Bot scopes +chat:write$/m)
    assert.match(stdout, /^Not granted +im:read$/m)
  })

  test('the link that manifest prints leads to a page of the sandbox that makes the app', async (t) => {
    const { slack, env } = await slackApp(t)
    const cli = await tempCli(t, env)
    const { stderr } = await cli.run('manifest', '--name', 'By link', '--scopes', 'chat:write')
    const [link = ''] = /^http:\S+new_app=1\S+$/m.exec(stderr) ?? []
    const { page, complaints } = await visit({ viewport: { width: 320, height: 640 } })
    await page.goto(link)
    await assertReadable(page, 'light')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'By link' }).waitFor()
    await assertReadable(page, 'light')
    assert.equal(slack.apps[1]?.name, 'By link')
    assert.deepEqual(complaints, [])
  })

  test('the short start URL that a browser is opened with leads all the way', async (t) => {
    const { env } = await slackApp(t)
    const cli = await tempCli(t, env)
    const browser = join(cli.home, 'browser')
    await writeFile(browser, `#!/bin/sh\nprintf %s "$1" > '${cli.home}/opened'\n`, { mode: 0o755 })
    const command = cli.with({ BROWSER: browser }).start('install', '--scopes', 'chat:write')
    await command.waitFor(/Waiting for you/)
    const { page } = await visit()
    const startUrl = await contentOf(join(cli.home, 'opened'))
    await page.goto(startUrl)
    const { page: second } = await visit()
    await second.goto(startUrl)
    await second.getByRole('heading', { level: 1, name: 'This link was used before' }).waitFor()
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

  test('every page comes with the headers that keep it to itself', async (t) => {
    const { redirectUri, authorizeUrl, command } = await waitingInstall(t)
    const { page } = await visit()
    assertKeepsToItself(await page.goto(`${redirectUri}?state=x&code=y`))
    assertKeepsToItself(await page.goto(authorizeUrl))
    const last = page.waitForResponse((response) => response.url().includes('/done/'))
    await page.getByRole('button', { name: 'Allow' }).click()
    assertKeepsToItself(await last)
    await command.finished
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    const look = { colorScheme, viewport: { width: 320, height: 640 } }

    test(`every page can be read in ${colorScheme}, and fits a screen of 320 pixels`, async (t) => {
      const { authorizeUrl, redirectUri, command, slack } = await waitingInstall(
        t,
        { faults: [{ method: 'oauth.v2.access', kind: 'error', error: 'bad_client_secret' }] },
        ['--user-scopes', 'search:read,users.profile:write'],
      )
      const { page } = await visit(look)
      for (const url of [
        slack.url,
        `${slack.url}/oauth/v2/authorize`,
        `${redirectUri}?state=x&code=y`,
        new URL('/elsewhere', redirectUri).href,
        authorizeUrl,
      ]) {
        await page.goto(url)
        await assertReadable(page, colorScheme)
      }
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.getByRole('heading', { name: 'That did not work' }).waitFor()
      await assertReadable(page, colorScheme)
      await command.finished
    })

    for (const [button, ending] of [
      ['Allow', 'Installed'],
      ['Cancel', 'Cancelled'],
    ] as const) {
      test(`the page after ${button} can be read in ${colorScheme}, too`, async (t) => {
        const { authorizeUrl, command } = await waitingInstall(t)
        const { page } = await visit(look)
        await page.goto(authorizeUrl)
        await page.getByRole('button', { name: button }).click()
        await page.getByRole('heading', { name: ending }).waitFor()
        await assertReadable(page, colorScheme)
        await command.finished
      })
    }
  }
})

/** Nothing runs, is framed, kept, or told to the next site. */
function assertKeepsToItself(response: Response | null): void {
  assert.ok(response)
  const headers = response.headers()
  const policy = headers['content-security-policy'] ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /style-src 'sha256-/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /unsafe|script-src/)
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers['referrer-policy'], 'no-referrer')
  assert.equal(headers['x-content-type-options'], 'nosniff')
}

function contentOf(path: string): Promise<string> {
  return until(() => readFile(path, 'utf8').catch(() => ''))
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
