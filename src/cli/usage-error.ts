import type { CommanderError } from 'commander'
import { SlackOAuthError } from '../base/errors.ts'

/** What other tools call it. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['login', 'install, or slack-oauth signin for who you are'],
  ['logout', 'revoke'],
  ['uninstall', 'revoke --uninstall'],
  ['remove', 'revoke'],
  ['delete', 'revoke'],
  ['ls', 'list'],
  ['status', 'check'],
  ['whoami', 'check'],
  ['run', 'exec'],
  ['init', 'manifest'],
  ['migrate', 'import'],
  ['renew', 'refresh'],
  ['rotate', 'refresh'],
])

/** The parser's own complaint, in our words' form: its suggestion becomes the hint. */
export function usageError(error: CommanderError, args: readonly string[]): SlackOAuthError {
  const [name = ''] = args
  const isCommand = !name.startsWith('-') && error.code !== 'commander.unknownCommand'
  const help = isCommand ? `slack-oauth ${name} --help` : 'slack-oauth --help'
  const [first = '', suggested = ''] = withoutValue(error).split(/\n(?=\(Did you mean )/)
  const message = first.replace(/^error: /, '').replace(/\.$/, '')
  const suggestion = suggested.replace(/[()]/g, '')
  return new SlackOAuthError('usage', message.charAt(0).toUpperCase() + message.slice(1), {
    hint: usageHint(error, args, message, suggestion) ?? help,
  })
}

/** An unknown `--option=value` is repeated whole, and the value may be a secret, whatever is in it. */
function withoutValue({ code, message }: CommanderError): string {
  if (code !== 'commander.unknownOption') return message
  return message.replace(/'(--[\w-]+|-.).*'/s, "'$1'")
}

function usageHint(
  { code }: CommanderError,
  [name = '', value = '']: readonly string[],
  message: string,
  suggestion: string,
): string | undefined {
  const meant = code === 'commander.unknownCommand' ? elsewhere.get(name) : undefined
  if (meant !== undefined) return `slack-oauth ${meant}`
  const [, option] = /'(--[\w-]+)'/.exec(message) ?? []
  if (option && suggestion === `Did you mean ${option}?`) return `${option} takes no value`
  const place = { T: '--team', E: '--enterprise' }[/^([TE])[A-Z0-9]{5,}$/.exec(value)?.[1] ?? '']
  if (code === 'commander.excessArguments' && place) return `slack-oauth ${name} ${place} ${value}`
  return suggestion || undefined
}
