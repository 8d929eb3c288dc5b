import { type Command, Option } from 'commander'
import { enterpriseId, notEmpty, repeatable, seconds, teamId } from './argument-parsers.ts'

/** Options that several commands share, and what they are after parsing. */
export interface EnvFlags {
  readonly envFile?: string
}

export interface StoreFlags extends EnvFlags {
  readonly db?: string
}

export interface AppFlags {
  readonly clientId?: string | undefined
}

export interface PlaceFlags {
  readonly team?: string | undefined
  readonly enterprise?: string | undefined
}

export interface ScopeFlags {
  readonly scopes?: readonly string[]
  readonly userScopes?: readonly string[]
}

export interface ManifestFlags {
  readonly manifest?: string
}

export interface SlackUrlFlags {
  readonly slackUrl?: string
}

export interface RedirectFlags {
  readonly redirectUri?: readonly string[]
}

export interface SlackFlags extends SlackUrlFlags, RedirectFlags {
  /** Not which installation, but which workspace Slack's page offers first. */
  readonly team?: string
}

/** How a token that is about to expire is renewed. */
export interface RenewalFlags extends SlackUrlFlags {
  /** In seconds: for Slack, and for another process that is at it. */
  readonly timeout: number
}

export interface WaitFlags {
  readonly timeout: number
  readonly browser: boolean
}

export function withEnvFile(command: Command): Command {
  return command.option(
    '--env-file <file>',
    'read settings that the environment lacks from this file',
    notEmpty,
  )
}

export function withStore(command: Command): Command {
  return withEnvFile(command).option(
    '--db <store>',
    'a file or postgres:// URL (SLACK_OAUTH_DB; default: installations.db in your data folder)',
    notEmpty,
  )
}

export function withApp(command: Command): Command {
  return command.option('--client-id <id>', 'the app (SLACK_CLIENT_ID)', notEmpty)
}

export function withPlace(command: Command): Command {
  return command
    .addOption(new Option('--team <id>', 'the workspace, such as T0123ABCD').argParser(teamId))
    .addOption(
      new Option('--enterprise <id>', 'the organization, such as E0123ABCD, or none').argParser(
        enterpriseId,
      ),
    )
}

export function withScopes(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--scopes <list>',
        'bot scopes, separated by commas or spaces (SLACK_SCOPES)',
      ).argParser(repeatable),
    )
    .addOption(
      new Option('--user-scopes <list>', 'user scopes (SLACK_USER_SCOPES)').argParser(repeatable),
    )
}

export function withManifest(command: Command): Command {
  return command.option(
    '--manifest <file>',
    "the app's manifest (JSON or YAML), for what is not set otherwise",
    notEmpty,
  )
}

/** @param several what the command does with more than one redirect URI */
export function withSlack(
  command: Command,
  several = 'repeat it to use the first with a free port',
): Command {
  const first = command.option('--team <id>', 'the workspace to offer first', teamId)
  return withSlackUrl(withRedirectUri(first, several))
}

export function withRedirectUri(command: Command, several: string): Command {
  return command.addOption(
    new Option(
      '--redirect-uri <uri>',
      `where Slack sends the browser back to, letter by letter as registered; ${several} (SLACK_REDIRECT_URI; default: http://localhost:8910/slack/oauth_redirect)`,
    ).argParser(repeatable),
  )
}

export function withSlackUrl(command: Command): Command {
  return command.option(
    '--slack-url <origin>',
    'GovSlack or a sandbox (SLACK_OAUTH_SLACK_URL; default: https://slack.com)',
  )
}

export function withRenewal(command: Command): Command {
  return withTimeout(withSlackUrl(command), 'how long to wait for Slack, and for another process')
}

export function withTimeout(command: Command, text = 'how long to wait for Slack'): Command {
  return command.addOption(new Option('--timeout <seconds>', text).argParser(seconds).default(60))
}

export function withWait(command: Command): Command {
  return command
    .addOption(
      new Option('--timeout <seconds>', 'how long to wait for you').argParser(seconds).default(300),
    )
    .option('--no-browser', 'print the URL instead of opening it')
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON')
}

/** What `export` writes and `import` reads. */
export const exchangeFormats = ['jsonl', 'python-file', 'bolt-js-file', 'sqlite'] as const
