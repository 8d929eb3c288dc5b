import type { TestContext } from 'node:test'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts'
import { freePort } from './free-port.ts'

export interface SlackApp {
  readonly slack: Sandbox
  readonly redirectUri: string
  /** The settings with which the command line is that app. */
  readonly env: Record<string, string>
}

/** A Slack of the test's own with one app, whose redirect URI has a free port. */
export async function slackApp(
  t: TestContext,
  {
    app = {},
    ...options
  }: SandboxOptions & { app?: NonNullable<SandboxOptions['apps']>[number] } = {},
): Promise<SlackApp> {
  const redirectUri = `http://localhost:${await freePort()}/slack/oauth_redirect`
  const slack = await startSandbox({ ...options, apps: [{ redirectUris: [redirectUri], ...app }] })
  t.after(() => slack.close())
  const [first] = slack.apps
  return {
    slack,
    redirectUri,
    env: {
      SLACK_OAUTH_SLACK_URL: slack.url,
      SLACK_CLIENT_ID: first?.clientId ?? '',
      SLACK_CLIENT_SECRET: first?.clientSecret ?? '',
      SLACK_SIGNING_SECRET: first?.signingSecret ?? '',
      SLACK_REDIRECT_URI: redirectUri,
    },
  }
}

/** Has Slack end a token, or what a refresh token renews. */
export async function revokeAtSlack(
  { url }: Pick<Sandbox, 'url'>,
  token: string | undefined,
): Promise<void> {
  const headers = { authorization: `Bearer ${token ?? ''}` }
  const response = await fetch(`${url}/api/auth.revoke`, { method: 'POST', headers })
  await response.arrayBuffer()
}
