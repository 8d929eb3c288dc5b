import type { StoredGrant } from '../../flows/lookup/stored-tokens.ts'

/** What is about to happen to these tokens of one place; the question comes last. */
export function question(kind: 'revoke' | 'local', tokens: readonly StoredGrant[]): string {
  const [first] = tokens
  if (first === undefined) return 'There is no token. Go on?'
  const whose = tokens.map(({ key }) => (key.userId === undefined ? 'the bot' : key.userId))
  const what =
    tokens.length === 1 ? tokenName(first) : `the tokens of ${whose.join(', ')} for ${first.place}`
  if (kind === 'local')
    return `Slack is not asked, and whoever has a copy can use it. Forget ${what}?`
  return `${consequence(tokens)}Revoke ${what}?`
}

/** Rotating tokens die alone; the others take more with them (Slack, "Using token rotation"). */
function consequence(tokens: readonly StoredGrant[]): string {
  const lasting = tokens.filter(({ grant }) => grant.refreshToken === undefined)
  if (lasting.some(({ key }) => key.userId === undefined)) {
    return "Slack then removes the app's bot, its commands and its webhooks, and with the last token the app. "
  }
  return lasting.length > 0 ? 'With the last token, Slack removes the app. ' : ''
}

/** What became of one token, in a line. */
export function revokedInWords(
  token: StoredGrant,
  outcome: 'revoked' | 'dead' | 'forgotten',
): string {
  if (outcome === 'revoked') return `Revoked ${tokenName(token)}, and forgot it`
  if (outcome === 'forgotten') return `Forgot ${tokenName(token)}, which stays valid at Slack`
  return `Forgot ${tokenName(token)}, which was dead at Slack already`
}

function tokenName({ key, place }: StoredGrant): string {
  return key.userId === undefined
    ? `the bot token for ${place}`
    : `the token of ${key.userId} for ${place}`
}
