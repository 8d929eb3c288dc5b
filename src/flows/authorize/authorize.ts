import { setTimeout as sleep } from 'node:timers/promises'
import type { PageContent } from '../../loopback/page.ts'
import type { Answer } from '../../loopback/redirect-listener.ts'
import {
  type AuthorizationCode,
  authorizationCodeOf,
  type OwnCallback,
  readCallback,
} from '../../slack/authorize/callback.ts'
import type { OAuthStateStore } from '../../store/state-store.ts'
import { givenUp, timedOut } from './no-redirect-errors.ts'
import { endOfInput, type Pasting, takePasted } from './pasted-redirect.ts'
import {
  type Listening,
  type Receiving,
  type Reception,
  receiveOnFirstFree,
} from './redirect-receiver.ts'
import { failurePage, failureStatus, strayPage } from './result-pages.ts'

/** What a person can do once we are ready for the redirect. */
export interface Invitation extends Receiving {
  /** Leads to Slack's consent page. Holds the state: for their eyes, not for a process list. */
  readonly authorizeUrl: string
}

export interface AuthorizeNeeds {
  readonly states: OAuthStateStore
  readonly reception: Reception
  /** Where there is somebody who can paste the redirect: it races with what the server hears. */
  readonly pasting?: Pasting
  readonly signal: AbortSignal
  /** Called when we are ready, and before anything else happens. */
  invite(invitation: Invitation): Promise<void>
  /** Called when somebody else seems to take part, on this machine or in its browser. */
  suspected(what: string): void
  /** Called when the person has come back and the rest is between Slack and us. */
  received(): void
}

export interface Authorization<T> {
  /** In order of preference: the first whose port is free. */
  readonly redirectUris: readonly URL[]
  readonly timeoutSeconds: number
  /** Whose pages the hints lead to. */
  readonly slackUrl: string
  /** The app's id, if something stored tells it: asked for a hint alone. */
  appId?(): Promise<string | undefined>
  /** What the pages tell the person to return to. */
  readonly command: string
  authorizeUrl(state: string, redirectUri: URL): string
  /** Makes use of the code; its page, or the error that it throws, is what the browser shows. */
  complete(response: AuthorizationCode, redirectUri: URL): Promise<{ value: T; page: PageContent }>
}

/**
 * Sends a person through Slack's page and waits for the redirect: the half that `install` and
 * `signin` share. Redirects that are not the answer to this request are turned away, and the wait
 * goes on. However it ends, the port is free and the state is spent.
 *
 * @throws SlackOAuthError `timed_out`, `access_denied`, `port_in_use`, the reason of the signal, or
 *   whatever `complete` throws
 */
export async function authorize<T>(
  needs: AuthorizeNeeds,
  authorization: Authorization<T>,
): Promise<T> {
  const { states, signal } = needs
  signal.throwIfAborted()
  // Issued before anything opens: a store that cannot be written is found out now, not after consent
  const state = await states.issue({ lifetimeSeconds: authorization.timeoutSeconds + 60 })
  const cameBack = new AbortController()
  let listening: Listening | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      const outcome = { resolve, reject }
      const answer = redirectHandler(needs, authorization, state, cameBack, outcome)
      const wait = async (): Promise<void> => {
        const invitation = await prepare(needs, authorization, state, answer)
        listening = invitation.listening
        const { redirectUri } = invitation
        const waiting = patience(authorization, redirectUri, signal, cameBack.signal)
        await Promise.all([
          needs.invite(invitation),
          waiting,
          paste(needs, cameBack.signal, redirectUri, answer),
        ])
      }
      wait().catch(reject)
    })
  } finally {
    await listening?.close()
    // Best effort, and never instead of the outcome: what stays behind expires
    if (!cameBack.signal.aborted) await states.consume(state).catch(() => {})
    cameBack.abort()
  }
}

/** Its answer, and why it was turned away, where it was. */
type RedirectHandler = (
  parameters: URLSearchParams,
  redirectUri: URL,
) => Promise<Answer & { readonly reason?: string }>

/** Judges each redirect; the first that is ours settles the outcome, once its page is known. */
function redirectHandler<T>(
  { states, received }: AuthorizeNeeds,
  { command, complete }: Authorization<T>,
  state: string,
  cameBack: AbortController,
  outcome: { resolve(value: T): void; reject(error: unknown): void },
): RedirectHandler {
  const turnedAway = (reason: string) => ({
    status: 400,
    isLast: false,
    page: strayPage(command, reason),
    reason,
  })
  const take = async (callback: OwnCallback, redirectUri: URL) => {
    try {
      if (!(await states.consume(state))) {
        return turnedAway('its answer was taken already, and the terminal says how that went')
      }
      cameBack.abort()
      received()
      const { value, page } = await complete(authorizationCodeOf(callback), redirectUri)
      outcome.resolve(value)
      return { status: 200, page, isLast: true }
    } catch (error) {
      outcome.reject(error)
      return { status: failureStatus(error), page: failurePage(command, error), isLast: true }
    }
  }
  let taken: ReturnType<typeof take> | undefined
  return async (parameters, redirectUri) => {
    const callback = readCallback(parameters, state)
    if (callback.kind === 'stray') return turnedAway(callback.reason)
    // Back, reload, and a browser that asks twice are shown how the first went
    taken ??= take(callback, redirectUri)
    return taken
  }
}

async function prepare<T>(
  { reception, suspected }: AuthorizeNeeds,
  { redirectUris, command, authorizeUrl }: Authorization<T>,
  state: string,
  onRedirect: RedirectHandler,
): Promise<Invitation> {
  const receiving = await receiveOnFirstFree(reception, redirectUris, (redirectUri) => ({
    authorizeUrl: authorizeUrl(state, redirectUri),
    command,
    onMisuse: suspected,
    onRedirect: (parameters) => onRedirect(parameters, redirectUri),
  }))
  return { ...receiving, authorizeUrl: authorizeUrl(state, receiving.redirectUri) }
}

/** Rejects where pasting was the only way and ends without the answer. */
async function paste(
  { pasting, reception }: AuthorizeNeeds,
  cameBack: AbortSignal,
  redirectUri: URL,
  answer: RedirectHandler,
): Promise<void> {
  if (!pasting) return
  await takePasted(pasting, redirectUri, cameBack, async (parameters) => {
    const { reason } = await answer(parameters, redirectUri)
    return reason
  })
  if (!reception.listens && !cameBack.aborted) throw endOfInput()
}

/** Rejects when the person takes too long or gives up; resolves once they have come back. */
async function patience<T>(
  { timeoutSeconds, slackUrl, appId }: Authorization<T>,
  redirectUri: URL,
  signal: AbortSignal,
  cameBack: AbortSignal,
): Promise<void> {
  const either = AbortSignal.any([signal, cameBack])
  await sleep(timeoutSeconds * 1000, undefined, { signal: either }).catch(() => {})
  if (cameBack.aborted) return
  const nobody = { redirectUri, slackUrl, appId: await appId?.().catch(() => undefined) }
  // In that moment somebody may have come after all
  if (cameBack.aborted) return
  throw signal.aborted ? givenUp(signal.reason, nobody) : timedOut(timeoutSeconds, nobody)
}
