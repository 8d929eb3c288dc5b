// Each command in a few words, by what people come for, in the order of --help.

const authorize = {
  install: 'install the app: consent in the browser, tokens in the store',
  signin: 'Sign in with Slack: who you are, verified',
  url: 'print an authorize URL, opening nothing',
}

const use = {
  token: 'print one valid token',
  exec: 'run a command with tokens in its environment',
  refresh: 'renew tokens now',
  check: 'which stored tokens still work',
  revoke: 'end a token at Slack, then forget it',
}

const keep = {
  list: 'what is installed',
  show: 'one installation, all of it',
  export: 'copy installations out, tokens included',
  import: 'take in installations from elsewhere',
  encrypt: 'seal the tokens of a store with a key',
  decrypt: 'store the tokens in the clear again',
}

const build = {
  manifest: 'the manifest of an app for your settings, or the app itself',
  serve: 'the app side on this machine: install page, signed events',
  sandbox: 'a strict Slack of your own, on this machine',
}

const help = {
  doctor: 'what would keep the other commands from working',
  completion: 'what the Tab key offers in your shell',
}

export const summaries = { ...authorize, ...use, ...keep, ...build, ...help }

export type CommandName = keyof typeof summaries

export const HELP_GROUP = 'Help:'

/** The heading that a command stands under. */
export function groupOf(name: CommandName): string {
  if (name in authorize) return 'Authorize an app:'
  if (name in use) return 'Use its tokens:'
  if (name in keep) return 'Keep installations:'
  return name in build ? 'Build and test an app:' : HELP_GROUP
}

export function commandNames(): CommandName[] {
  return Object.keys(summaries).filter(isCommandName)
}

export function isCommandName(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(summaries, name)
}
