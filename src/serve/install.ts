import type { IncomingMessage } from 'node:http'
import { type ErrorCode, exitCodes, SlackOAuthError } from '../errors.js'
import { completeInstall } from '../flows/complete-install.js'
import { AuthorizeUrlGenerator } from '../slack/authorize-url.js'
import { readCallback } from '../slack/callback.js'
import { slackError } from '../slack/slack-error.js'
import { type Answer, type Handled, page, type RequestRecord, redirect } from './answer.js'
import { boundState, browserSecret, newBrowserSecret, setCookie, storedState } from './browser.js'
import { donePage, doneStatus, installPage } from './pages.js'
import { DONE_PATH, installUrl, type ServeNeeds, type ServeSettings } from './settings.js'

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
  const isSecure = redirectUri.protocol === 'https:'
  const generator = new AuthorizeUrlGenerator({
    clientId: credentials.clientId,
    scopes,
    userScopes,
    redirectUri: redirectUri.href,
    authorizationUrl: `${slack.slackUrl}/oauth/v2/authorize`,
  })

  async function install({ headers }: IncomingMessage, url: URL): Promise<Handled> {
    const record: RequestRecord = { kind: 'install', outcome: 'page' }
    const { searchParams: wanted } = url
    // The cookie has to be of the host that Slack sends the browser back to. Only once: a tunnel may
    // have put another Host in
    if (headers.host !== redirectUri.host && !wanted.has('here')) {
      wanted.set('here', '1')
      return { answer: redirect(`${installUrl(settings)}?${wanted}`), record }
    }
    const secret = browserSecret(headers.cookie, isSecure) ?? newBrowserSecret()
    const state = boundState(await store.states.issue(), secret)
    const team = wanted.get('team') ?? ''
    const authorizeUrl = generator.generate(state, /^T[A-Z0-9]+$/.test(team) ? { team } : {})
    const cookie = { 'Set-Cookie': setCookie(secret, isSecure) }
    const answer =
      wanted.get('redirect') === '1'
        ? redirect(authorizeUrl, cookie)
        : page(200, installPage(authorizeUrl), cookie)
    return { answer, record }
  }

  async function callback({ headers }: IncomingMessage, url: URL): Promise<Handled> {
    const { searchParams: parameters } = url
    const state = storedState(parameters.get('state') ?? '')
    const secret = browserSecret(headers.cookie, isSecure)
    if (secret === undefined) return wrongState('the browser has no cookie of this server')
    // Before the store is asked: another browser's state stays good for that browser
    const said = readCallback(parameters, boundState(state, secret))
    if (said.kind === 'stray') return wrongState(said.reason)
    if (!(await store.states.consume(state))) {
      return wrongState('its state was used before, or is too old')
    }
    try {
      if (said.kind === 'error') throw slackError('redirect', said.error)
      if (said.kind === 'no-code') {
        throw new SlackOAuthError('authorization_failed', 'Slack sent the browser without a code')
      }
      const exchange = { code: said.code, redirectUri: redirectUri.href }
      const { installation, problem } = await completeInstall(
        needs,
        { client: credentials, scopes, userScopes },
        exchange,
      )
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
          ...(problem && { detail: problem.message }),
        },
      }
    } catch (error) {
      if (!(error instanceof SlackOAuthError)) throw error
      return failed(error)
    }
  }

  return {
    install,
    callback,
    done(url) {
      const outcome = url.searchParams.get('outcome') ?? ''
      const content = donePage(outcome, `${installUrl(settings)}?redirect=1`)
      return {
        answer: page(doneStatus(outcome), content),
        record: { kind: 'install', outcome: 'page' },
      }
    },
  }
}

function wrongState(detail: string): Handled {
  return {
    answer: toDone('wrong_state'),
    record: { kind: 'callback', outcome: 'wrong_state', detail },
  }
}

function failed({ code, exitCode, message }: SlackOAuthError): Handled {
  const isStore = exitCode === exitCodes.store_unavailable
  const outcome = code === 'access_denied' ? 'cancelled' : isStore ? 'store_failed' : undefined
  return {
    answer: toDone(code),
    record: { kind: 'callback', outcome: outcome ?? 'install_failed', detail: message },
  }
}

function toDone(outcome: ErrorCode | 'installed' | 'wrong_state'): Answer {
  return redirect(`${DONE_PATH}?outcome=${outcome}`)
}
