import { SlackOAuthError } from '../../base/errors.ts'
import { readPastedRedirect } from '../../slack/authorize/pasted-redirect.ts'

/** What a person at the terminal pastes, while we listen or instead of it. */
export interface Pasting {
  /** Line by line, until the signal. What is in them holds a code: it is shown nowhere. */
  lines(signal: AbortSignal): AsyncIterable<string>
  /** Hears why a line was not it; the wait goes on. */
  refused(why: string): void
}

/**
 * Hands each pasted redirect to `judge`, until one is the answer: it goes through the very checks of one
 * that comes by the browser.
 *
 * @param judge resolves with why it was turned away; nothing when it was taken
 */
export async function takePasted(
  pasting: Pasting,
  redirectUri: URL,
  signal: AbortSignal,
  judge: (parameters: URLSearchParams) => Promise<string | undefined>,
): Promise<void> {
  for await (const line of pasting.lines(signal)) {
    const read = readPastedRedirect(line, redirectUri)
    if ('problem' in read) {
      pasting.refused(read.problem)
      continue
    }
    const turnedAway = await judge(read.parameters)
    if (turnedAway === undefined) return
    pasting.refused(`That is not the answer we are waiting for: ${turnedAway}`)
  }
}

/** Where nothing listens, the end of the input is the end of the wait. */
export function endOfInput(): SlackOAuthError {
  return new SlackOAuthError(
    'authorization_failed',
    'Standard input ended before the address that Slack sends you back to came',
    { hint: 'Run it on a terminal, or write that address to its standard input' },
  )
}
