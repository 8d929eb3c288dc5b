import type { AuthorizeNeeds, Invitation } from '../flows/authorize.js'
import { browserObstacle, openBrowser } from '../loopback/browser.js'
import type { Context } from './context.js'
import type { WaitFlags } from './options.js'
import { say, warn } from './output.js'
import { createSpinner, type Spinner } from './spinner.js'

/** What the person sees and does while Slack's page is open; the rest is the flow's. */
export type Person = Pick<AuthorizeNeeds, 'invite' | 'received' | 'suspected'>

/**
 * Runs a flow with a person beside it: opens the browser, or prints the URL alone on a line, counts
 * down the time left, and leaves the terminal as it was on every way out.
 */
export async function withPerson<T>(
  context: Context,
  flags: WaitFlags,
  flow: (person: Person) => Promise<T>,
): Promise<T> {
  const spinner = await spinnerOrLines(context)
  const obstacle = flags.browser ? browserObstacle(context.env) : '--no-browser'
  let timer: NodeJS.Timeout | undefined
  const person: Person = {
    invite(invitation) {
      if (obstacle !== undefined) printUrl(context, invitation, obstacle)
      else void openOrPrint(context, invitation, () => timer !== undefined)
      const until = context.now() + flags.timeout
      const count = () =>
        spinner.show(`Waiting for you on Slack's page, ${left(context, until)} left`)
      count()
      timer = setInterval(count, 1_000)
    },
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

function printUrl(context: Context, { authorizeUrl, redirectUri }: Invitation, why: string): void {
  const reason = why === '--no-browser' ? '' : ` (${why})`
  say(context, `Open this URL in a browser that reaches ${new URL(redirectUri).origin}${reason}:`)
  context.stderr.write(`${authorizeUrl}\n`)
}

async function openOrPrint(
  context: Context,
  { startUrl, authorizeUrl }: Invitation,
  isWaiting: () => boolean,
): Promise<void> {
  say(context, "Opening Slack's page in your browser")
  const printed = context.stderr.isTTY === true
  const print = () => {
    say(context, 'If no page opens, use this URL:')
    context.stderr.write(`${authorizeUrl}\n`)
  }
  // The state in it is for the person at this terminal, not for a log, unless nothing else helps
  if (printed) print()
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
