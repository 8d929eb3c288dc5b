import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type ErrorCode, exitCodes, SlackOAuthError } from '../base/errors.ts'
import { BrowserStates, browserSecret } from '../flows/authorize/browser-states.ts'
import { completeInstall } from '../flows/authorize/complete-install.ts'
import { isPrefetch } from '../loopback/listen-address.ts'
import { AuthorizeUrlGenerator } from '../slack/authorize/authorize-url.ts'
import { donePage, doneStatus, installPage } from './pages.ts'
import { createRecent } from './recent-keys.ts'
import {
  type Answer,
  type Handled,
  type Outcome,
  page,
  type RequestRecord,
  redirect,
} from './response.ts'
import { DONE_PATH, installUrl, type ServeNeeds, type ServeSettings } from './settings.ts'

export interface InstallHandlers {
  /** The page with the button, or with `redirect=1` straight to Slack. */
  install(request: IncomingMessage, url: URL): Promise<Handled>
  /** Where Slack sends the browser back to. */
  callback(request: IncomingMessage, url: URL): Promise<Handled>
  /** How it ended, at an address without code and state, which a reload does no harm. */
  done(url: URL): Handled
}

export function createInstallHandlers(needs: ServeNeeds, settings: ServeSettings): InstallHandlers {
  const { store, slack } = needs
  const { credentials, scopes, userScopes, redirectUri } = settings
  const states = new BrowserStates(store.states, { redirectUri: redirectUri.href })
  const generator = new AuthorizeUrlGenerator({
    clientId: credentials.clientId,
    scopes,
    userScopes,
    redirectUri: redirectUri.href,
    authorizationUrl: `${slack.slackUrl}/oauth/v2/authorize`,
  })

  async function install(request: IncomingMessage, url: URL): Promise<Handled> {
    try {
      return await begin(request, url)
    } catch (error) {
      if (!(error instanceof SlackOAuthError)) throw error
      return { answer: doneAnswer(error.code), record: failure('install', error) }
    }
  }

  async function begin({ headers }: IncomingMessage, url: URL): Promise<Handled> {
    const record: RequestRecord = { kind: 'install', outcome: 'page' }
    const { searchParams: wanted } = url
    // The cookie has to be of the host that Slack sends the browser back to. Only once: a tunnel may
    // have put another Host in
    if (headers.host !== redirectUri.host && !wanted.has('here')) {
      wanted.set('here', '1')
      return { answer: redirect(`${installUrl(settings)}?${wanted}`), record }
    }
    const { state, setCookie } = await states.issue(headers.cookie)
    const team = wanted.get('team') ?? ''
    const authorizeUrl = generator.generate(state, /^T[A-Z0-9]+$/.test(team) ? { team } : {})
    const cookie = { 'Set-Cookie': setCookie }
    const answer =
      wanted.get('redirect') === '1'
        ? redirect(authorizeUrl, cookie)
        : page(200, installPage(authorizeUrl), cookie)
    return { answer, record }
  }

  const completed = createRecent(MAX_COMPLETED)
  const underWay = new Map<string, Promise<Handled>>()

  async function callback(request: IncomingMessage, url: URL): Promise<Handled> {
    if (isPrefetch(request)) {
      const paragraphs = ['Open this page to go on.']
      const answer = page(503, { tone: 'notice', title: 'Not yet', paragraphs })
      return { answer, record: { kind: 'callback', outcome: 'page', detail: 'prefetch' } }
    }
    // Back, reload, and a browser that asks twice are shown how the first went
    const secret = browserSecret(request.headers.cookie, redirectUri.protocol === 'https:')
    const key = keyOfBrowser(url, secret)
    const running = underWay.get(key)
    if (running) return { answer: (await running).answer, record: again }
    if (completed.has(key)) return { answer: toDone('installed'), record: again }
    const completing = complete(request, url)
    underWay.set(key, completing)
    try {
      const handled = await completing
      if (handled.record.outcome === 'installed') completed.add(key)
      return handled
    } finally {
      underWay.delete(key)
    }
  }

  async function complete({ headers }: IncomingMessage, url: URL): Promise<Handled> {
    try {
      const { code } = await states.consume(url.searchParams, headers.cookie)
      const { installation, problem, oddities } = await completeInstall(
        needs,
        { client: credentials, scopes, userScopes },
        { code, redirectUri: redirectUri.href },
      )
      const notes = [
        oddities.length > 0 && `Slack's answer was odd in ${oddities.join(', ')}`,
        problem?.message,
      ].filter((note) => typeof note === 'string')
      const teamId = installation.team?.id
      const enterpriseId = installation.enterprise?.id
      return {
        answer: toDone(problem ? 'incomplete_installation' : 'installed'),
        record: {
          kind: 'callback',
          ...(teamId && { teamId }),
          ...(enterpriseId && { enterpriseId }),
          userId: installation.user.id,
          outcome: 'installed',
          ...(notes.length > 0 && { detail: notes.join('; ') }),
        },
      }
    } catch (error) {
      if (!(error instanceof SlackOAuthError)) throw error
      return { answer: toDone(error.code), record: failure('callback', error) }
    }
  }

  function doneAnswer(outcome: string): Answer {
    return page(doneStatus(outcome), donePage(outcome, `${installUrl(settings)}?redirect=1`))
  }

  return {
    install,
    callback,
    done: (url) => ({
      answer: doneAnswer(url.searchParams.get('outcome') ?? ''),
      record: { kind: 'install', outcome: 'page' },
    }),
  }
}

const MAX_COMPLETED = 10_000

const again: RequestRecord = { kind: 'callback', outcome: 'duplicate' }

/**
 * A state and the browser that it was for, as a digest: neither is kept. Other cookies of the host may change between
 * a callback and its reload.
 */
function keyOfBrowser({ searchParams }: URL, secret = ''): string {
  const text = `${searchParams.get('state')}\n${secret}`
  return createHash('sha256').update(text).digest('base64url')
}

function failure(
  kind: RequestRecord['kind'],
  { code, exitCode, message }: SlackOAuthError,
): RequestRecord {
  return { kind, outcome: outcomeOf(code, exitCode), detail: message }
}

function outcomeOf(code: ErrorCode, exitCode: number): Outcome {
  if (code === 'wrong_state') return 'wrong_state'
  if (code === 'access_denied') return 'cancelled'
  return exitCode === exitCodes.store_unavailable ? 'store_failed' : 'install_failed'
}

function toDone(outcome: ErrorCode | 'installed'): Answer {
  return redirect(`${DONE_PATH}?outcome=${outcome}`)
}
