import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { consent } from '../support/person.ts'
import { type SlackApp, slackApp } from '../support/slack-app.ts'
import { type Running, startNode } from '../support/temp-cli.ts'

export interface Example extends SlackApp {
  readonly origin: string
  readonly process: Running
  /** The bot's token in its store. */
  storedToken(): Promise<string | undefined>
}

/** One of examples/, run as a user runs it, against a Slack of the test's own. */
export async function startExample(t: TestContext, file: string): Promise<Example> {
  const app = await slackApp(t)
  const home = await mkdtemp(join(tmpdir(), 'slack-oauth-example-'))
  const db = join(home, 'installations.db')
  const { origin, port } = new URL(app.redirectUri)
  const process = startNode(t, [resolve(import.meta.dirname, '../../examples', file)], {
    cwd: home,
    env: { ...app.env, HOME: home, SLACK_OAUTH_DB: db, PORT: port },
  })
  t.after(async () => {
    process.child.kill('SIGTERM')
    await process.finished
    await rm(home, { recursive: true, force: true })
  })
  await process.waitFor(/^(Install it|Sign in) at /m, 'stdout')
  return {
    ...app,
    origin,
    process,
    async storedToken() {
      const store = await openStore(db)
      try {
        return (await store.installations.findBot({ teamId: 'T0SANDBOX01' }))?.token
      } finally {
        await store.close()
      }
    },
  }
}

export interface Visitor {
  /** Opens the page that leads to Slack; the authorize URL in it. */
  begin(page: string): Promise<string>
  /** Fills in Slack's form, and is led back. */
  decide(authorizeUrl: string, decision: 'allow' | 'cancel'): Promise<Response>
}

/** A browser with a cookie jar, as much of one as it takes. */
export function visitor({ origin }: Pick<Example, 'origin'>): Visitor {
  let cookie = ''
  const get = async (url: string | URL) => {
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
    const [pair] = response.headers.getSetCookie().map((header) => header.split(';', 1)[0])
    if (pair) cookie = pair
    return response
  }
  return {
    async begin(page) {
      const response = await get(origin + page)
      const link = /href="([^"]+authorize[^"]+)"/.exec(await response.text())?.[1]
      const url = response.headers.get('location') ?? link?.replaceAll('&amp;', '&')
      if (!url) throw new Error(`${page} leads nowhere: ${response.status}`)
      return url
    },
    async decide(authorizeUrl, decision) {
      return get(await consent(authorizeUrl, { decision }))
    },
  }
}
