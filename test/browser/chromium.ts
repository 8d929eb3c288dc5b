import { existsSync } from 'node:fs'
import { after, before } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

export const EXECUTABLE = '/usr/bin/chromium'

/** A reason to skip, where a fresh machine has no browser; CI fails instead. */
export const skip =
  existsSync(EXECUTABLE) || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS
    ? false
    : `there is no Chromium at ${EXECUTABLE}`

export interface Visit {
  readonly page: Page
  /** What the browser complained of: a breach of the CSP is among it. */
  readonly complaints: readonly string[]
  /** Every host that was asked for anything. */
  readonly hosts: ReadonlySet<string>
}

/** One Chromium for the tests of a file; each visit is a profile of its own. */
export function browserForTests(): (options?: BrowserContextOptions) => Promise<Visit> {
  let browser: Browser | undefined
  before(async () => {
    if (skip !== false) return
    browser = await chromium.launch({
      executablePath: EXECUTABLE,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
  })
  after(() => browser?.close())
  return async (options = {}) => {
    if (!browser) throw new Error('no browser')
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const complaints: string[] = []
    const hosts = new Set<string>()
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => hosts.add(new URL(request.url()).hostname))
    return { page, complaints, hosts }
  }
}
