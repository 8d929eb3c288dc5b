/** Each command in a few words, in the order of --help. */
export const summaries = {
  install: 'install the app: consent in the browser, tokens in the store',
  signin: 'Sign in with Slack: who you are, verified',
  token: 'print one valid token',
  exec: 'run a command with tokens in its environment',
  refresh: 'renew tokens now',
  list: 'what is installed',
  show: 'one installation, all of it',
  export: 'copy installations out, tokens included',
  import: 'take in installations from elsewhere',
  encrypt: 'seal the tokens of a store with a key',
  decrypt: 'store the tokens in the clear again',
  check: 'which stored tokens still work',
  revoke: 'end a token at Slack, then forget it',
  url: 'print an authorize URL, opening nothing',
  manifest: 'the manifest of an app for your settings, or the app itself',
  doctor: 'what would keep the other commands from working',
  serve: 'the app side on this machine: install page, signed events',
  sandbox: 'a strict Slack of your own, on this machine',
  completion: 'what the Tab key offers in your shell',
}

export type CommandName = keyof typeof summaries

export function isCommandName(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(summaries, name)
}
