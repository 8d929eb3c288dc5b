import { type ErrorCode, SlackOAuthError } from '../../base/errors.ts'
import { moment } from '../../base/utc-time.ts'
import {
  type CheckedToken,
  isClockWrong,
  isTrouble,
  stateInWords,
  type TokenState,
} from '../../flows/tokens/check.ts'
import { reinstall } from '../../flows/tokens/renewal-errors.ts'

/** What is worst comes first, and gives the exit code: a token that is dead is so for certain. */
const BY_WEIGHT: readonly TokenState[] = [
  'revoked',
  'expired',
  'refused',
  'wrong place',
  'wrong scopes',
  'unreachable',
]

const codes: Readonly<Partial<Record<TokenState, ErrorCode>>> = {
  revoked: 'token_revoked',
  expired: 'token_expired',
  unreachable: 'slack_unavailable',
}

/** The error to end with, unless all is well. */
export function verdict(checked: readonly CheckedToken[]): SlackOAuthError | undefined {
  const troubles = checked.filter(isTrouble)
  const worst = BY_WEIGHT.flatMap((state) => troubles.filter((each) => each.state === state))[0]
  if (worst === undefined) return undefined
  const { state, error, key, grant } = worst
  const isPassing = state === 'unreachable'
  const code = isPassing && error ? error.code : (codes[state] ?? 'authorization_failed')
  const scopes = [...new Set([...grant.scopes, ...worst.missing])]
  const isMisjudged = isClockWrong(worst) && grant.refreshToken !== undefined
  const hint = isPassing
    ? (error?.hint ?? 'Try again later')
    : isMisjudged
      ? 'Set the clock, then slack-oauth refresh'
      : reinstall(key, { ...grant, scopes })
  return new SlackOAuthError(code, summary(checked), { hint })
}

/** How many tokens stand how: "3 tokens: 2 live, 1 revoked". */
export function summary(checked: readonly CheckedToken[]): string {
  const counts = new Map<string, number>()
  for (const token of [...checked].sort(byWeight)) {
    const words = stateInWords(token)
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  const parts = [...counts].map(([words, count]) => `${count} ${words}`)
  return `${checked.length} ${checked.length === 1 ? 'token' : 'tokens'}: ${parts.join('; ')}`
}

function byWeight(a: CheckedToken, b: CheckedToken): number {
  return BY_WEIGHT.indexOf(a.state) - BY_WEIGHT.indexOf(b.state)
}

/** As the store lists them, whichever was answered first. */
export function inOrder(checked: readonly CheckedToken[]): CheckedToken[] {
  const sortKey = ({ key }: CheckedToken) =>
    JSON.stringify([key.clientId, key.enterpriseId ?? '', key.teamId ?? '', key.userId ?? ''])
  const keyed = checked.map((token) => ({ token, by: sortKey(token) }))
  return keyed.sort((a, b) => (a.by < b.by ? -1 : 1)).map(({ token }) => token)
}

export function detailInWords({ detail, missing, unknown, state, grant }: CheckedToken): string {
  const scopes = [
    missing.length > 0 && `lacks ${missing.join(', ')}`,
    unknown.length > 0 && `has ${unknown.join(', ')} besides`,
  ]
  if (detail !== undefined) return detail
  if (state === 'expired' && grant.expiresAt !== undefined) return moment(grant.expiresAt)
  return scopes.filter(Boolean).join('; ')
}
