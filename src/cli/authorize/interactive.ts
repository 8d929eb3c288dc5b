import type { AuthorizeNeeds, Invitation } from '../../flows/authorize/authorize.ts'
import type { Listening } from '../../flows/authorize/redirect-receiver.ts'
import {
  browserObstacle,
  isWsl,
  type Obstacle,
  openBrowser,
  thisMachine,
} from '../../loopback/browser.ts'
import { isLoopback } from '../../slack/authorize/redirect-uri.ts'
import type { Context } from '../context.ts'
import type { WaitFlags } from '../options/shared-options.ts'
import { removeSecrets } from '../settings/secrets.ts'
import { say, warn } from '../terminal/output.ts'
import { createSpinner, type Spinner } from '../terminal/spinner.ts'
import { pastingAt, pastingWords } from './paste-prompt.ts'
import { showQrCode } from './qr-code.ts'
import { tellReception } from './redirect-notices.ts'
import type { ReceptionFlags } from './redirect-options.ts'

/** What the person sees and does while Slack's page is open; the rest is the flow's. */
export type Person = Pick<AuthorizeNeeds, 'invite' | 'received' | 'suspected' | 'pasting'>

/**
 * Runs a flow with a person beside it: opens the browser, or prints the URL alone on a line, counts
 * down the time left, and leaves the terminal as it was on every way out.
 */
export async function withPerson<T>(
  context: Context,
  flags: WaitFlags & ReceptionFlags,
  flow: (person: Person) => Promise<T>,
): Promise<T> {
  const spinner = await spinnerOrLines(context)
  const pasting = pastingAt(context, flags)
  const obstacle = flags.browser ? browserObstacle(thisMachine(context.env)) : NO_BROWSER
  let timer: NodeJS.Timeout | undefined
  const person: Person = {
    async invite(invitation) {
      await tellReception(context, invitation)
      const { listening } = invitation
      if (obstacle !== undefined || !listening) printUrl(context, invitation, obstacle)
      else void openOrPrint(context, invitation, listening, () => timer !== undefined)
      if (flags.qr) await showQrCode(context, invitation.authorizeUrl)
      if (pasting) say(context, pastingWords(invitation))
      const until = context.now() + flags.timeout
      const count = () => spinner.show(`Waiting for you at Slack, ${left(context, until)} left`)
      count()
      timer = setInterval(count, 1_000)
    },
    ...(pasting && { pasting }),
    suspected: (what) => void warn(context, `${what}: check what is installed in the end`),
    received() {
      clearInterval(timer)
      timer = undefined
      spinner.show('Back from Slack, finishing')
    },
  }
  try {
    return await flow(person)
  } finally {
    clearInterval(timer)
    timer = undefined
    spinner.stop()
  }
}

const NO_BROWSER: Obstacle = { why: '' }

function printUrl(
  context: Context,
  { authorizeUrl, redirectUri, listening }: Invitation,
  { why, forward }: Obstacle = NO_BROWSER,
): void {
  const mustReachUs = listening && isLoopback(redirectUri)
  const reason = mustReachUs && why !== '' ? ` (${why})` : ''
  const browser = mustReachUs ? `a browser that reaches ${redirectUri.origin}` : 'any browser'
  say(context, `Open this URL in ${browser}${reason}:`)
  context.stderr.write(`${authorizeUrl}\n`)
  const way = mustReachUs ? forward?.(listening.address.port) : undefined
  if (way && 'advice' in way) say(context, way.advice)
  if (!way || 'advice' in way) return
  say(context, 'To reach it, run this on the machine of that browser:')
  context.stderr.write(`${way.command}\n`)
}

async function openOrPrint(
  context: Context,
  { authorizeUrl }: Invitation,
  { startUrl }: Listening,
  isWaiting: () => boolean,
): Promise<void> {
  const whose = isWsl(context.env) ? 'the browser of Windows (this is WSL)' : 'your browser'
  say(context, `Opening Slack's page in ${whose}`)
  const printed = context.stderr.isTTY === true
  const print = () => {
    say(context, 'If no page opens, use this URL:')
    context.stderr.write(`${authorizeUrl}\n`)
  }
  // The state in it is for the person at this terminal, not for a log, unless nothing else helps
  if (printed) print()
  // The store is open by now: what it needed of the environment has been read
  removeSecrets(process.env)
  if ((await openBrowser(startUrl)) || !isWaiting()) return
  say(context, 'The browser did not start')
  if (!printed) print()
}

function left({ now }: Context, until: number): string {
  const seconds = Math.max(0, Math.round(until - now()))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** A spinner on a terminal; elsewhere, one line when the wait begins and none as it goes on. */
async function spinnerOrLines(context: Context): Promise<Spinner> {
  const spinner = await createSpinner(context)
  if (spinner) return spinner
  let last = ''
  return {
    show(text) {
      const kind = text.replace(/, .* left$/, '')
      if (kind !== last) say(context, text)
      last = kind
    },
    stop() {},
  }
}
