import { exitCodes, SlackOAuthError } from '../../base/errors.ts'
import { moment } from '../../base/utc-time.ts'
import { missingScopes, withoutIdentify } from '../../slack/authorize/scopes.ts'
import { createPace } from '../../slack/client/rate-limit.ts'
import type { SlackOptions } from '../../slack/client/web-api.ts'
import type { TokenGrant } from '../../slack/installation.ts'
import { type AuthTest, authTest } from '../../slack/methods/auth-test.ts'
import type { StoredGrant } from '../lookup/stored-tokens.ts'

/** What became of a token, by what Slack says of it now. */
export type TokenState =
  | 'live'
  /** By its own expiry, or as Slack says. */
  | 'expired'
  | 'revoked'
  /** Slack knows the token, and does not let it in: its word is the detail. */
  | 'refused'
  | 'wrong scopes'
  /** It belongs to another workspace or member than it is stored for. */
  | 'wrong place'
  /** Slack could not be asked. */
  | 'unreachable'

export interface CheckedToken extends StoredGrant {
  readonly state: TokenState
  /** Whether `slack-oauth token` would replace it by one that works. */
  readonly isRenewable: boolean
  /** What Slack said, or what is different, in words. */
  readonly detail?: string
  /** Stored or wanted, and not granted. */
  readonly missing: readonly string[]
  /** Granted, and not stored. */
  readonly unknown: readonly string[]
  readonly error?: SlackOAuthError
}

export interface CheckNeeds {
  readonly slack: SlackOptions
  /** Unix time in seconds. */
  now(): number
}

export interface WantedScopes {
  readonly scopes: readonly string[]
  readonly userScopes: readonly string[]
}

/** Slack counts by method and workspace: more at once only meet its limits sooner. */
const AT_ONCE = 4

/**
 * Asks Slack about each token, a few at a time, and renews none. Each is told as it comes, in
 * whichever order; when Slack limits one, all wait.
 *
 * @throws SlackOAuthError the reason of the signal, or `store_…` from the tokens given
 */
export async function checkTokens(
  needs: CheckNeeds,
  tokens: AsyncIterable<StoredGrant>,
  wanted: WantedScopes,
  told: (token: CheckedToken) => Promise<void>,
): Promise<void> {
  const slack = { ...needs.slack, pace: createPace() }
  const iterator = tokens[Symbol.asyncIterator]()
  const work = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      await told(await checkToken({ ...needs, slack }, next.value, wanted))
    }
  }
  // All of them, so that nothing is told after this function has ended
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
  const failed = ended.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
}

async function checkToken(
  { slack, now }: CheckNeeds,
  stored: StoredGrant,
  wanted: WantedScopes,
): Promise<CheckedToken> {
  const { key, grant } = stored
  const checked = {
    ...stored,
    isRenewable: isRenewable(grant, now()),
    missing: [],
    unknown: [],
  }
  if (grant.expiresAt !== undefined && grant.expiresAt <= now()) {
    return { ...checked, state: 'expired' }
  }
  try {
    const answer = await authTest(grant.token, slack)
    const wantedOfKind = key.userId === undefined ? wanted.scopes : wanted.userScopes
    const elsewhere = otherPlace(stored, answer)
    if (elsewhere !== undefined) return { ...checked, state: 'wrong place', detail: elsewhere }
    return { ...checked, ...compareScopes(grant, answer, wantedOfKind) }
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    slack.signal.throwIfAborted()
    const refused = { ...checked, state: stateOf(error), detail: wordOf(error), error }
    return isClockWrong(refused) ? misjudged(refused) : refused
  }
}

/** Whether Slack takes for expired what lasts by this machine's clock. */
export function isClockWrong({ state, grant, error }: CheckedToken): boolean {
  return state === 'expired' && error !== undefined && grant.expiresAt !== undefined
}

/** `token` goes by the clock, and would not renew it. */
function misjudged(checked: CheckedToken): CheckedToken {
  const { expiresAt = 0 } = checked.grant
  const detail = `${checked.detail}, though it lasts until ${moment(expiresAt)} by this clock`
  return { ...checked, isRenewable: false, detail }
}

/** That Slack has refused to renew it once is noted beside the token. */
function isRenewable(grant: TokenGrant, now: number): boolean {
  const { refreshToken, refreshTokenExpiresAt, failure } = grant
  if (refreshToken === undefined || failure !== undefined) return false
  return refreshTokenExpiresAt === undefined || refreshTokenExpiresAt > now
}

function compareScopes(
  grant: TokenGrant,
  { scopes }: AuthTest,
  wanted: readonly string[],
): Pick<CheckedToken, 'state' | 'missing' | 'unknown'> {
  const stored = withoutIdentify(grant.scopes)
  const granted = scopes ?? stored
  const expected = [...new Set([...withoutIdentify(wanted), ...stored])]
  const missing = missingScopes(expected, granted)
  const unknown = missingScopes(granted, stored)
  return { state: missing.length + unknown.length > 0 ? 'wrong scopes' : 'live', missing, unknown }
}

/** Where the token is really good, if that is elsewhere. */
function otherPlace({ key, userId }: StoredGrant, answer: AuthTest): string | undefined {
  const { teamId, enterpriseId } = answer
  const here = key.isEnterpriseInstall ? key.enterpriseId : key.teamId
  const there = key.isEnterpriseInstall ? (enterpriseId ?? teamId) : teamId
  if (there !== undefined && there !== here) return `of ${there}`
  if (userId !== undefined && answer.userId !== userId) return `of ${answer.userId}`
  return undefined
}

function stateOf({ code, exitCode }: SlackOAuthError): TokenState {
  if (code === 'token_expired') return 'expired'
  if (code === 'token_revoked') return 'revoked'
  return exitCode === exitCodes.slack_unavailable ? 'unreachable' : 'refused'
}

/** Slack's own word where there is one, else what went wrong. */
function wordOf({ message }: SlackOAuthError): string {
  return /^Slack answered "([^"]+)"/.exec(message)?.[1] ?? message
}

/** Whether somebody has to do something for the token to be what it is stored as. */
export function isTrouble({ state, isRenewable, missing }: CheckedToken): boolean {
  if (state === 'expired') return !isRenewable
  // More than what is stored harms nobody: it comes of another installation, which added to it
  if (state === 'wrong scopes') return missing.length > 0
  return state !== 'live'
}

/** How a token stands, in a word or two. */
export function stateInWords({ state, isRenewable }: CheckedToken): string {
  return state === 'expired' && isRenewable ? 'expired, renewable' : state
}
