import type { TestContext } from 'node:test'
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { consent, printedUrl } from './person.ts'
import { type SlackApp, slackApp } from './slack-app.ts'
import { type Running, type TempCli, tempCli } from './temp-cli.ts'

export interface WaitingInstall extends SlackApp {
  readonly cli: TempCli
  readonly command: Running
  readonly authorizeUrl: string
  readonly state: string
  /** The redirect that a person's consent leads to: the one true answer. */
  redirect(): Promise<URL>
  /** The redirect URI with other parameters. */
  stray(parameters: Record<string, string> | [string, string][]): URL
}

/** An install that listens and waits for its person, the browser not opened. */
export async function waitingInstall(
  t: TestContext,
  options: SandboxOptions = {},
  args: readonly string[] = [],
): Promise<WaitingInstall> {
  const app = await slackApp(t, options)
  const cli = await tempCli(t, app.env)
  const command = cli.start('install', '--scopes', 'chat:write', ...args)
  const authorizeUrl = await printedUrl(command)
  await command.waitFor(/Waiting for you/)
  return {
    ...app,
    cli,
    command,
    authorizeUrl,
    state: new URL(authorizeUrl).searchParams.get('state') ?? '',
    redirect: async () => new URL(await consent(authorizeUrl)),
    stray(parameters) {
      const url = new URL(app.redirectUri)
      url.search = new URLSearchParams(parameters).toString()
      return url
    },
  }
}
